import { MAX_NANO_USD, maxUsd, type NanoUsd, nanoUsd, subtractUsd, ZERO_USD } from "../../../schema/kernel/money.ts";
import type { LeaseAnswer, LeaseLane, LeaseMessage, RecallStop } from "../../../schema/wire/wallet-rpc.ts";
import type { WalletSettings } from "../../../schema/wire/wallet-settings.ts";
import { available, idleLease, promised, usableLease } from "./allowance.ts";
import { type Change, type Decision, NO_CHANGES } from "./change.ts";
import type { State, Upstream } from "./state.ts";

/**
 * This wallet as one below another: what it asks for, gives back and tells. A message is stored before it is sent and
 * sent until it is answered, so that neither a lost message nor a lost answer loses or doubles money.
 */

/** The account of a wallet that has never spoken to the one above. */
export const newUpstream = (parent_id: string): Upstream => ({
  parent_id,
  leased_nano_usd: ZERO_USD,
  unreported_nano_usd: ZERO_USD,
  unreported_since: null,
  lanes: { ask: { answered_seq: 0, message: null }, give: { answered_seq: 0, message: null } },
  stopped_seq: null,
});

/** What waits for money: the smallest of it, and what all of it together would like to have ahead. */
export interface Waiting {
  readonly smallest_nano_usd: NanoUsd;
  readonly ahead_nano_usd: NanoUsd;
  /** The whole of the smallest request, for what a refusal says. */
  readonly request_nano_usd: NanoUsd;
}

/** The message that asks for what waits. An unanswered one goes again first; null when nothing is missing. */
export function decideAsk(state: State, waiting: Waiting): Decision<LeaseMessage | null> {
  const { upstream, settings } = state;
  if (upstream === null || settings === null) return nothing;
  const unanswered = upstream.lanes.ask.message;
  if (unanswered !== null) return { answer: unanswered, changes: NO_CHANGES };
  const idle = usableLease(state) ?? ZERO_USD;
  const need = Math.max(0, waiting.smallest_nano_usd - idle);
  if (need === 0) return nothing;
  const need_nano_usd = nanoUsd(need);
  const want_nano_usd = wantOf(state, settings, waiting, idle, need);
  return send(
    settings.wallet_id,
    upstream,
    "ask",
    { need_nano_usd, want_nano_usd, request_nano_usd: waiting.request_nano_usd },
    // What is stopped goes back with the question, so that the wallet above has it for the answer.
    upstream.stopped_seq === null ? ZERO_USD : returnable(state),
  );
}

/** More than this wallet's own limit still lets it spend is of no use to it. */
function wantOf(state: State, settings: WalletSettings, waiting: Waiting, idle: number, need: number): NanoUsd {
  const ahead = waiting.ahead_nano_usd - idle;
  const own = available(settings, state.balance_nano_usd, promised(state));
  const useful = own === null ? MAX_NANO_USD : own - Math.max(0, idle);
  return nanoUsd(Math.max(need, Math.min(ahead, useful, MAX_NANO_USD)));
}

/** The message that gives back what is idle, and tells. Null when there is neither. */
export const decideGive = (state: State): Decision<LeaseMessage | null> => tell(state, returnable(state));

const returnable = (state: State): NanoUsd => maxUsd(ZERO_USD, idleLease(state) ?? ZERO_USD);

/** The message that only tells what was spent; while the lease is stopped it gives back too. */
export const decideReport = (state: State): Decision<LeaseMessage | null> =>
  typeof state.upstream?.stopped_seq === "number" ? decideGive(state) : tell(state, ZERO_USD);

/** Stops the lease. A recall that comes late stops it again: that costs one question more, and no money. */
export function decideStop({ upstream }: State, { answered_seq }: RecallStop): readonly Change[] {
  if (upstream === null) return NO_CHANGES;
  const stopped_seq = Math.max(upstream.stopped_seq ?? 0, answered_seq);
  return [{ kind: "upstream", upstream: { ...upstream, stopped_seq } }];
}

function tell(state: State, returned: NanoUsd): Decision<LeaseMessage | null> {
  const { upstream, settings } = state;
  if (upstream === null || settings === null) return nothing;
  const unanswered = upstream.lanes.give.message;
  if (unanswered !== null) return { answer: unanswered, changes: NO_CHANGES };
  if (returned === 0 && upstream.unreported_nano_usd === 0) return nothing;
  const asks = { need_nano_usd: ZERO_USD, want_nano_usd: ZERO_USD, request_nano_usd: ZERO_USD };
  return send(settings.wallet_id, upstream, "give", asks, returned);
}

type Asks = Pick<LeaseMessage, "need_nano_usd" | "want_nano_usd" | "request_nano_usd">;

/** What the message tells and returns leaves the account with it: nothing of it can be told or spent again. */
function send(
  child_id: string,
  upstream: Upstream,
  lane: LeaseLane,
  asks: Asks,
  returned: NanoUsd,
): Decision<LeaseMessage> {
  const message: LeaseMessage = {
    child_id,
    lane,
    seq: upstream.lanes[lane].answered_seq + 1,
    consumed_nano_usd: upstream.unreported_nano_usd,
    returned_nano_usd: returned,
    ...asks,
  };
  const after: Upstream = {
    ...upstream,
    leased_nano_usd: subtractUsd(upstream.leased_nano_usd, returned),
    unreported_nano_usd: ZERO_USD,
    unreported_since: null,
    lanes: { ...upstream.lanes, [lane]: { ...upstream.lanes[lane], message } },
  };
  return { answer: message, changes: [{ kind: "upstream", upstream: after }] };
}

/** Takes what the answer grants. An answer to a message that is answered already changes nothing. */
export function decideAnswered(state: State, message: LeaseMessage, answer: LeaseAnswer): readonly Change[] {
  const { upstream } = state;
  const lane = upstream?.lanes[message.lane];
  if (upstream === null || lane?.message?.seq !== message.seq) return NO_CHANGES;
  if (answer.status !== "taken" && answer.status !== "refused") return NO_CHANGES;
  const granted = answer.status === "taken" ? answer.granted_nano_usd : ZERO_USD;
  const goes_on = granted > 0 && upstream.stopped_seq !== null && message.seq > upstream.stopped_seq;
  const after: Upstream = {
    ...upstream,
    stopped_seq: goes_on ? null : upstream.stopped_seq,
    leased_nano_usd: nanoUsd(upstream.leased_nano_usd + granted),
    lanes: { ...upstream.lanes, [message.lane]: { answered_seq: message.seq, message: null } },
  };
  return [{ kind: "upstream", upstream: after }];
}

const nothing: Decision<LeaseMessage | null> = { answer: null, changes: NO_CHANGES };
