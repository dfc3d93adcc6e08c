import type { UpstreamError } from "../../../schema/canonical/parts.ts";
import type { WalletClient } from "../../../schema/clients/wallet-client.ts";
import { isRefused } from "../../../schema/kernel/errors.ts";
import { ZERO_USD } from "../../../schema/kernel/money.ts";
import type { Translation } from "../providers/kit/provider.ts";
import {
  afterFailure,
  type Contender,
  FRESH,
  isFresh,
  nextTurn,
  outOfTurn,
  type RetryPolicy,
} from "./attempt-turns.ts";
import { continuation } from "./continue-stream.ts";
import type { Exchange } from "./exchange.ts";
import {
  type Fallback,
  isLate,
  isUnpaid,
  notCalled,
  type Owed,
  type Prepared,
  prepare,
  successor,
  triedAfter,
} from "./fail-over.ts";
import type { OperationCall, Outcome } from "./operation-call.ts";
import { type Again, endingOf, giveUp, leave, serveExchange, type Wishes } from "./serve-exchange.ts";
import { isOfCredential } from "./ways-to-ask.ts";

const NO_RETRIES: RetryPolicy = { retries: 0, deadline_ms: 0 };

/** What the attempts of one request have in common. */
export interface Attempts {
  readonly wallet: WalletClient;
  readonly wishes: Wishes;
  /** Absent: no model is called twice. */
  readonly policy?: RetryPolicy;
}

/**
 * Attempt after attempt under one hold, until one is answered or is the last: each model once, in the plan's order, then
 * those again whose failures may pass, each after its pause. What a failed one owes is charged before the next is made.
 */
export async function serveAttempts(
  first: Exchange,
  translation: Translation,
  { caller, again, fallbacks = [] }: OperationCall,
  { wallet, wishes, policy = NO_RETRIES }: Attempts,
): Promise<Outcome> {
  const { scope } = first;
  const begun: Prepared = { operation: first.operation, estimate: first.estimate, translation };
  /** How each model is asked: the first is ready, the others are translated when their turn comes. */
  const ways: readonly (Fallback | undefined)[] = [again, ...fallbacks];
  const ask = (way: Fallback | undefined, before: Exchange) =>
    way === undefined ? begun : prepare(way.operation(), before);
  const models = [first.attempt.name, ...fallbacks.map(({ model }) => model)];
  const contenders: Contender[] = models.map(() => FRESH);
  const retriesMade = () => contenders.reduce((sum, { called }) => sum + Math.max(0, called - 1), 0);
  let place = 0;
  /** Credentials of that place's provider that failed one after the other. */
  let used = new Set<string>();
  let exchange = first;
  let current = translation;
  /** Where its rule says so, a stream goes on with those that were not called until then. */
  const goesOn = () => {
    if (first.context.routing?.continue !== true) return undefined;
    const uncalled = fallbacks.filter((_, at) => at + 1 !== place && isFresh(contenders[at + 1]));
    return continuation(uncalled, wallet, wishes);
  };
  for (;;) {
    const outcome = await serveExchange(exchange, caller, current, wishes, goesOn());
    if (!("again" in outcome)) return outcome;
    const { again: failed } = outcome;
    let tried = triedAfter(exchange, failed);
    const owed = await owedBy(exchange, outcome);
    const charged_nano_usd = owed === null ? ZERO_USD : owed.bill.cost_nano_usd;
    const other = caller.aborted ? null : otherCredential(ways[place], exchange, failed, used);
    if (other !== null && (await isUnpaid(exchange, other, { owed, tried, wallet })) === null) {
      current = other.translation;
      exchange = successor(exchange, other, { failed, tried, waited_ms: 0, charged_nano_usd, wallet });
      continue;
    }
    used = new Set();
    contenders[place] = afterFailure(contenders[place] ?? FRESH, failed, {
      now: scope.effects.now(),
      deadline_at: scope.started_at + Math.min(policy.deadline_ms, exchange.attempt.timeouts.total_ms),
      random: fraction(scope.effects.randomBytes(1)),
    });
    for (;;) {
      if (caller.aborted) return await leave(exchange, outcome);
      const turn = nextTurn(contenders, scope.effects.now(), policy.retries - retriesMade());
      if (turn === null || isLate(exchange)) return await giveUp(exchange, outcome, retriesMade() > 0);
      await pause(exchange, turn.wait_ms, caller);
      if (caller.aborted) return await leave(exchange, outcome);
      const made = ask(ways[turn.place], exchange);
      const refused = isRefused(made) ? made.refused.code : await isUnpaid(exchange, made, { owed, tried, wallet });
      if (isRefused(made) || refused !== null) {
        contenders[turn.place] = outOfTurn(contenders[turn.place] ?? FRESH);
        tried = [...tried, notCalled(models[turn.place] ?? "", refused ?? "refused")];
        continue;
      }
      place = turn.place;
      current = made.translation;
      exchange = successor(exchange, made, { failed, tried, waited_ms: turn.wait_ms, charged_nano_usd, wallet });
      break;
    }
  }
}

/** What a failed attempt owes; null is nothing. */
async function owedBy(exchange: Exchange, { owed }: Again): Promise<Owed | null> {
  return owed === undefined ? null : { ending: endingOf(owed.refusal), bill: await exchange.bill() };
}

/**
 * The same asked with another credential, at once, where one of several failed and not the model; it rests, and is among
 * the `used` from now on. Null where there is no other.
 */
function otherCredential(
  way: Fallback | undefined,
  exchange: Exchange,
  failed: UpstreamError,
  used: Set<string>,
): Prepared | null {
  const { account } = exchange.attempt;
  if (way?.credentials === undefined || account.credential_name === undefined || !isOfCredential(failed)) return null;
  way.credentials.rest(account, failed);
  used.add(account.credential_name);
  const operation = way.credentials.another(used);
  const made = operation === null ? null : prepare(operation, exchange);
  return made === null || isRefused(made) ? null : made;
}

/** Waits under the hold, which is kept alive meanwhile, and no longer than the caller does. */
async function pause({ scope, hold }: Exchange, ms: number, caller: AbortSignal): Promise<void> {
  const stretch_ms = scope.config.AO_HEARTBEAT_MS;
  for (let left_ms = ms; left_ms > 0 && !caller.aborted; left_ms -= stretch_ms) {
    await scope.effects.wait(Math.min(left_ms, stretch_ms), caller);
    if (left_ms > stretch_ms) scope.waitUntil(hold.heartbeat());
  }
}

/** From 0 to 1. */
const fraction = ([byte = 0]: Uint8Array): number => byte / 255;
