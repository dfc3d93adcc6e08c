import type { UpstreamError } from "../../../schema/canonical/parts.ts";
import type { WalletClient } from "../../../schema/clients/wallet-client.ts";
import { isRefused, type Refused } from "../../../schema/kernel/errors.ts";
import { log } from "../../../schema/kernel/log.ts";
import { maxUsd } from "../../../schema/kernel/money.ts";
import type { RoutingRecord } from "../../../schema/routing/routing-record.ts";
import type { Translation } from "../providers/kit/provider.ts";
import type { Estimate } from "./estimate.ts";
import { Exchange } from "./exchange.ts";
import type { Operation } from "./operation.ts";
import { reportLive } from "./report-live.ts";

/** An attempt that failed with nothing delivered and nothing owed: another may be made. The hold is still open. */
export interface Again {
  readonly again: UpstreamError;
}

/** The provider's own failures. What the caller did wrong, or a filter took offence at, would be so elsewhere too. */
const ELSEWHERE: ReadonlySet<UpstreamError["class"]> = new Set([
  "auth",
  "quota",
  "rate_limited",
  "overloaded",
  "not_found",
  "failed",
]);

export const mayGoElsewhere = (error: UpstreamError): boolean => ELSEWHERE.has(error.class);

/** A further attempt: its model's name, and what makes it. */
export interface Fallback {
  readonly model: string;
  operation(): Operation | Refused;
}

type Tried = NonNullable<RoutingRecord["tried"]>;

/**
 * The exchange of the next attempt that can be made, under the same hold, which grows where it is dearer; null when there is
 * none, and the failure is the caller's to see. `others` loses those that were looked at.
 */
export async function nextExchange(
  before: Exchange,
  failed: UpstreamError,
  wallet: WalletClient,
  others: Fallback[],
): Promise<{ readonly exchange: Exchange; readonly translation: Translation } | null> {
  const tried: Tried = [
    ...(before.context.routing?.tried ?? []),
    { model: before.attempt.name, failed: failed.class, status: failed.status },
  ];
  for (let other = others.shift(); other !== undefined; other = others.shift()) {
    const made = prepare(other, before);
    const refused = isRefused(made) ? made.refused.code : await uncovered(made.estimate, before, wallet);
    if (isRefused(made) || refused !== null) {
      tried.push({ model: other.model, failed: refused ?? "refused", status: null });
      continue;
    }
    reportLive(before, { outcome: "upstream_error", status: failed.status, error_code: "upstream_error" });
    const { scope } = before;
    log("info", "failed_over", {
      request_id: scope.request_id,
      from: before.attempt.name,
      to: other.model,
      class: failed.class,
      status: failed.status,
    });
    return { exchange: successor(before, made, tried, wallet), translation: made.translation };
  }
  return null;
}

interface Prepared {
  readonly operation: Operation;
  readonly estimate: Estimate;
  readonly translation: Translation;
}

/** Translated from the caller's own request, as the first was. */
function prepare(other: Fallback, { estimate: before }: Exchange): Prepared | Refused {
  const operation = other.operation();
  if (isRefused(operation)) return operation;
  const imposed = before.imposed_max_tokens;
  const estimate = operation.estimate(imposed === null ? {} : { imposed_max_tokens: imposed });
  const translation = operation.translate(estimate);
  return isRefused(translation) ? translation : { operation, estimate, translation };
}

/** Why the wallet does not pay for it; null when the hold covers it, as it is or grown. */
async function uncovered(estimate: Estimate, { estimate: before, scope }: Exchange, wallet: WalletClient) {
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

function successor(before: Exchange, { operation, estimate }: Prepared, tried: Tried, wallet: WalletClient): Exchange {
  const { scope, context, available_nano_usd, rate_headers, attempts } = before;
  const { account, name } = operation.attempt;
  const { routing } = context;
  return new Exchange({
    scope,
    operation,
    // The hold never shrinks: what is held beyond this attempt's estimate comes back with its end.
    estimate,
    context: {
      ...context,
      provider_id: account.id,
      provider_kind: account.kind,
      model: name,
      routing: routing == null ? routing : { ...routing, tried },
    },
    wallet,
    available_nano_usd,
    rate_headers,
    attempts: attempts + 1,
  });
}
