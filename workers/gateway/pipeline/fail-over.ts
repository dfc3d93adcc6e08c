import type { UpstreamError } from "../../../schema/canonical/parts.ts";
import type { WalletClient } from "../../../schema/clients/wallet-client.ts";
import { isRefused, type Refused } from "../../../schema/kernel/errors.ts";
import { LIMITS } from "../../../schema/kernel/limits.ts";
import { log } from "../../../schema/kernel/log.ts";
import { maxUsd, type NanoUsd, nanoUsd } from "../../../schema/kernel/money.ts";
import type { RoutingRecord } from "../../../schema/routing/routing-record.ts";
import type { RequestContext } from "../../../schema/wire/request-record.ts";
import type { RequestScope } from "../http/request-scope.ts";
import type { ProviderAccount, Translation } from "../providers/kit/provider.ts";
import type { SoFar } from "./continued-request.ts";
import type { Estimate } from "./estimate.ts";
import { type Bill, type Ending, Exchange } from "./exchange.ts";
import type { Operation } from "./operation.ts";
import { reportLive } from "./report-live.ts";

/** A further attempt: its model's name, and what makes it. */
export interface Fallback {
  readonly model: string;
  operation(): Operation | Refused;
  /** The same to go on with an answer that broke off; absent where the request rules that out. */
  continued?(so_far: SoFar): Operation | Refused;
  /** Of a provider with several credentials: `operation` takes the one whose turn it is. */
  readonly credentials?: {
    /** The same with another one, of those that are not among the `used` and do not rest; null where there is none. */
    another(used: ReadonlySet<string>): Operation | Refused | null;
    /** The account's credential failed so, and rests. */
    rest(account: ProviderAccount, error: UpstreamError): void;
  };
}

export type Tried = NonNullable<RoutingRecord["tried"]>;

/** An attempt that can be made. */
export interface Prepared {
  readonly operation: Operation;
  readonly estimate: Estimate;
  readonly translation: Translation;
}

/** Translated from the caller's own request, as the first was. */
export function prepare(operation: Operation | Refused, { estimate: before }: Exchange): Prepared | Refused {
  if (isRefused(operation)) return operation;
  const imposed = before.imposed_max_tokens;
  const estimate = operation.estimate(imposed === null ? {} : { imposed_max_tokens: imposed });
  const translation = operation.translate(estimate);
  return isRefused(translation) ? translation : { operation, estimate, translation };
}

/** Why the wallet does not pay for it; null when the hold covers it, as it is or grown. */
async function uncovered(
  estimate: Estimate,
  { estimate: before, scope }: Exchange,
  wallet: WalletClient,
): Promise<string | null> {
  const dearer =
    estimate.hold_nano_usd > before.hold_nano_usd || estimate.committed_nano_usd > before.committed_nano_usd;
  if (!dearer) return null;
  const hold_nano_usd = maxUsd(estimate.hold_nano_usd, before.hold_nano_usd);
  const committed_nano_usd = maxUsd(estimate.committed_nano_usd, before.committed_nano_usd);
  const { request_id } = scope;
  const answer = await wallet
    .call((object) => object.extend({ request_id, hold_nano_usd, committed_nano_usd }))
    .catch(() => ({ status: "unavailable" as const }));
  return answer.status === "held" ? null : `wallet_${answer.status}`;
}

/** What an attempt that failed owes, and how it is told. */
export interface Owed {
  readonly ending: Ending;
  readonly bill: Bill;
}

/** The same where the attempt before may be billed: that is charged, whatever becomes of the next. */
async function chargedAndUncovered(
  before: Exchange,
  { ending, bill }: Owed,
  { operation, estimate }: Prepared,
  tried: Tried,
): Promise<string | null> {
  const answer = await before.charge(ending, bill, {
    hold_nano_usd: estimate.hold_nano_usd,
    committed_nano_usd: estimate.committed_nano_usd,
    price_id: operation.attempt.price.price_id,
    context: contextOf(before, operation, tried),
  });
  return answer.status === "held" ? null : `wallet_${answer.status}`;
}

/** Why the wallet does not pay for the next attempt; null when it does. What the one before owes is charged either way. */
export const isUnpaid = (
  before: Exchange,
  next: Prepared,
  { owed, tried, wallet }: { readonly owed: Owed | null; readonly tried: Tried; readonly wallet: WalletClient },
): Promise<string | null> =>
  owed === null ? uncovered(next.estimate, before, wallet) : chargedAndUncovered(before, owed, next, tried);

/** Whether the time of the request as a whole is over. */
export const isLate = ({ scope, attempt }: Exchange): boolean =>
  scope.effects.now() - scope.started_at >= attempt.timeouts.total_ms;

/** What was tried until now, with this failure. */
export const triedAfter = ({ context, attempt, called_at, scope }: Exchange, failed: UpstreamError): Tried => [
  ...(context.routing?.tried ?? []),
  {
    model: attempt.name,
    provider_id: attempt.account.id,
    ...credentialOf(attempt.account),
    failed: failed.class,
    status: failed.status,
    ...(called_at === null ? {} : timesOf(called_at, scope)),
  },
];

const timesOf = (called_at: number, { started_at, effects }: RequestScope) => ({
  at_ms: Math.max(0, called_at - started_at),
  took_ms: Math.max(0, effects.now() - called_at),
});

/** The credential's name, for the record; nothing where there is one only. */
export const credentialOf = ({ credential_name }: ProviderAccount): { readonly credential?: string } =>
  credential_name === undefined ? {} : { credential: credential_name };

/** A model whose turn it was and that was not called: the code of its refusal, or what the wallet said. */
export const notCalled = (model: string, why: string): Tried[number] => ({ model, failed: why, status: null });

/** The exchange of the next attempt, under the same hold. */
export function successor(
  before: Exchange,
  { operation, estimate }: Prepared,
  {
    failed,
    tried,
    waited_ms,
    charged_nano_usd,
    wallet,
  }: {
    readonly failed: UpstreamError;
    readonly tried: Tried;
    readonly waited_ms: number;
    /** What the attempt before was charged. */
    readonly charged_nano_usd: NanoUsd;
    readonly wallet: WalletClient;
  },
): Exchange {
  const timed_out = failed.class === "timeout";
  const outcome = timed_out ? "upstream_timeout" : "upstream_error";
  reportLive(before, { outcome, status: failed.status, error_code: outcome });
  const { scope, available_nano_usd, rate_headers, attempts, cache, texts } = before;
  const { name } = operation.attempt;
  log("info", name === before.attempt.name ? "retried" : "failed_over", {
    request_id: scope.request_id,
    from: before.attempt.name,
    to: name,
    class: failed.class,
    status: failed.status,
    waited_ms,
    charged_nano_usd,
  });
  return new Exchange({
    scope,
    operation,
    // The hold never shrinks: what is held beyond this attempt's estimate comes back with its end.
    estimate,
    context: contextOf(before, operation, waitedAfter(tried, waited_ms)),
    wallet,
    available_nano_usd:
      available_nano_usd === null
        ? null
        : nanoUsd(
            Math.max(0, available_nano_usd + before.estimate.hold_nano_usd - charged_nano_usd - estimate.hold_nano_usd),
          ),
    rate_headers,
    attempts: attempts + 1,
    charged_nano_usd: before.costOf({ cost_nano_usd: charged_nano_usd }),
    cache,
    texts,
  });
}

function contextOf({ context }: Exchange, { attempt: { account, name } }: Operation, tried: Tried): RequestContext {
  const { routing } = context;
  const routed = { ...context, provider_id: account.id, provider_kind: account.kind, model: name };
  return routing == null ? routed : withTried({ ...routed, routing: servedBy(routing, account) }, tried);
}

/** The record with the name of the credential that the account has, or none. */
export function servedBy({ credential: _before, ...routing }: RoutingRecord, account: ProviderAccount): RoutingRecord {
  return { ...routing, ...credentialOf(account) };
}

/** The wait is told with the last that was called. */
function waitedAfter(tried: Tried, waited_ms: number): Tried {
  const last = waited_ms === 0 ? -1 : tried.findLastIndex(({ provider_id }) => provider_id !== undefined);
  return tried.map((one, place) => (place === last ? { ...one, waited_ms } : one));
}

/** The context travels with the hold: what was tried first is counted only, where there is no room to list it. */
function withTried(context: RequestContext & { readonly routing: RoutingRecord }, tried: Tried): RequestContext {
  const already = context.routing.tried_more ?? 0;
  for (let from = 0; ; from += 1) {
    const more = already + from;
    const routing = { ...context.routing, tried: tried.slice(from), ...(more === 0 ? {} : { tried_more: more }) };
    const fitted = { ...context, routing };
    const bytes = new TextEncoder().encode(JSON.stringify(fitted)).length;
    if (bytes <= LIMITS.hold_context_bytes || from === tried.length) return fitted;
  }
}
