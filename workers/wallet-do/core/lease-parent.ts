import { MAX_NANO_USD, type NanoUsd, nanoUsd, subtractUsd, ZERO_USD } from "../../../schema/kernel/money.ts";
import type { LeaseAnswer, LeaseLane, LeaseMessage, MoneyRefusal } from "../../../schema/wire/wallet-rpc.ts";
import type { WalletSettings } from "../../../schema/wire/wallet-settings.ts";
import { available, promised, usableLease } from "./allowance.ts";
import { type Change, type Decision, NO_CHANGES } from "./change.ts";
import { draft, taken } from "./draft.ts";
import { type Child, type ChildLane, promisedTo, type State } from "./state.ts";

/** This wallet as one above others: what it takes note of, and what it leases. */

/** Of what is free, one wallet below gets no more than this share ahead, so that the last dollars are not stranded. */
const SHARE_AHEAD = 8;

const NEW_LANE: ChildLane = { told_seq: 0, answered_seq: 0, answer: null };

const childOf = (state: State, child_id: string): Child =>
  state.children.get(child_id) ?? {
    child_id,
    leased_nano_usd: ZERO_USD,
    lanes: { ask: NEW_LANE, give: NEW_LANE },
  };

/** A wallet below that has spoken for the first time, about something that is no money. */
export const newChild = (state: State, child_id: string): readonly Change[] =>
  state.children.has(child_id) ? NO_CHANGES : [{ kind: "child", child: childOf(state, child_id) }];

export type Told =
  /** What it tells is in the books. */
  | { readonly status: "told" }
  /** This message was answered before. */
  | { readonly status: "answered"; readonly answer: LeaseAnswer };

/**
 * Takes note of what a message tells: a posting for what was spent, and less that is leased. Once, however often it
 * comes. A message that only tells is answered by that.
 */
export function decideTold(state: State, message: LeaseMessage, now: number): Decision<Told> {
  const { settings } = state;
  const problem = messageProblem(message);
  if (problem !== null) return answered({ status: "invalid", problem });
  if (settings === null) return answered({ status: "not_configured", wallet_id: "" });
  const child = childOf(state, message.child_id);
  const lane = child.lanes[message.lane];
  if (message.seq === lane.answered_seq && lane.answer !== null) return answered(lane.answer);
  if (message.seq === lane.told_seq) return { answer: { status: "told" }, changes: NO_CHANGES };
  if (message.seq !== lane.told_seq + 1 || lane.told_seq !== lane.answered_seq) {
    return answered({ status: "invalid", problem: `message ${message.seq} does not follow ${lane.told_seq}` });
  }
  if (!inRange(state, child, message)) return answered({ status: "invalid", problem: "an amount is out of range" });
  return takeNote(state, settings, child, message, now);
}

function takeNote(
  state: State,
  settings: WalletSettings,
  child: Child,
  message: LeaseMessage,
  now: number,
): Decision<Told> {
  const { consumed_nano_usd: consumed, returned_nano_usd: returned, lane, seq } = message;
  const books = draft(state, settings, now);
  if (consumed !== 0) {
    const amount = taken(consumed);
    books.post("child", amount, `${message.child_id}:${lane}:${seq}`, (balance_nano_usd) => ({
      type: "wallet.posted",
      kind: "child",
      amount_nano_usd: amount,
      balance_nano_usd,
    }));
    books.alert();
  }
  const only_tells = message.need_nano_usd === 0;
  const answer: LeaseAnswer = { status: "taken", granted_nano_usd: ZERO_USD };
  const after = withLane(
    { ...child, leased_nano_usd: nanoUsd(child.leased_nano_usd - consumed - returned) },
    lane,
    only_tells ? { told_seq: seq, answered_seq: seq, answer } : { ...child.lanes[lane], told_seq: seq },
  );
  books.add({ kind: "child", child: after });
  return { answer: only_tells ? { status: "answered", answer } : { status: "told" }, changes: books.changes };
}

/**
 * What a message asks to be promised on top: all it needs, but for what fills up the account of a wallet that has spent
 * more than it had.
 */
export function wantedBy(state: State, { child_id, need_nano_usd }: LeaseMessage): NanoUsd {
  const child = childOf(state, child_id);
  const after = { ...child, leased_nano_usd: nanoUsd(Math.min(MAX_NANO_USD, child.leased_nano_usd + need_nano_usd)) };
  return subtractUsd(promisedTo(after), promisedTo(child));
}

/** Leases what a message asks for. It was told before, and it fits: the caller has seen to that. */
export function decideGrant(state: State, settings: WalletSettings, message: LeaseMessage): Decision<LeaseAnswer> {
  const child = childOf(state, message.child_id);
  const granted_nano_usd = grantOf(state, settings, message);
  const answer: LeaseAnswer = { status: "taken", granted_nano_usd };
  const leased = { ...child, leased_nano_usd: nanoUsd(child.leased_nano_usd + granted_nano_usd) };
  return { answer, changes: [answeredWith(leased, message, answer)] };
}

/** At least what is needed. Beyond that a share of what is free, which shrinks as that does. */
function grantOf(state: State, settings: WalletSettings, message: LeaseMessage): NanoUsd {
  const own = available(settings, state.balance_nano_usd, promised(state)) ?? MAX_NANO_USD;
  const idle = usableLease(state) ?? MAX_NANO_USD;
  const ahead = Math.floor(Math.min(own, idle) / SHARE_AHEAD);
  return nanoUsd(Math.max(message.need_nano_usd, Math.min(message.want_nano_usd, ahead)));
}

/** Answers a message with a refusal; what it told stays taken. */
export function decideRefusal(state: State, message: LeaseMessage, refusal: MoneyRefusal): Decision<LeaseAnswer> {
  const answer: LeaseAnswer = { status: "refused", refusal };
  return { answer, changes: [answeredWith(childOf(state, message.child_id), message, answer)] };
}

function answeredWith(child: Child, { lane, seq }: LeaseMessage, answer: LeaseAnswer): Change {
  return { kind: "child", child: withLane(child, lane, { told_seq: seq, answered_seq: seq, answer }) };
}

const withLane = (child: Child, name: LeaseLane, lane: ChildLane): Child => ({
  ...child,
  lanes: { ...child.lanes, [name]: lane },
});

const answered = (answer: LeaseAnswer): Decision<Told> => ({
  answer: { status: "answered", answer },
  changes: NO_CHANGES,
});

/** What breaks the contract, or null. */
function messageProblem(message: LeaseMessage): string | null {
  const { child_id, seq, need_nano_usd, want_nano_usd } = message;
  if (typeof child_id !== "string" || child_id === "" || child_id.length > 100) return "child_id is not an id";
  if (!Number.isSafeInteger(seq) || seq < 1) return "seq is not a positive integer";
  const amounts = [message.returned_nano_usd, need_nano_usd, want_nano_usd, message.request_nano_usd];
  if (!amounts.every((amount) => Number.isSafeInteger(amount) && amount >= 0 && amount <= MAX_NANO_USD)) {
    return "an amount is not an integer in range";
  }
  if (!Number.isSafeInteger(message.consumed_nano_usd) || Math.abs(message.consumed_nano_usd) > MAX_NANO_USD) {
    return "consumed_nano_usd is not an integer in range";
  }
  return want_nano_usd < need_nano_usd ? "want_nano_usd is less than need_nano_usd" : null;
}

/** Whether the books can take it: no posting and no account may leave the range of an amount. */
function inRange(state: State, child: Child, { consumed_nano_usd, returned_nano_usd }: LeaseMessage): boolean {
  const spent = state.spent_nano_usd + consumed_nano_usd;
  const balance = state.balance_nano_usd - consumed_nano_usd;
  const leased = child.leased_nano_usd - consumed_nano_usd - returned_nano_usd;
  return [spent, balance, leased].every((amount) => Math.abs(amount) <= MAX_NANO_USD);
}

/** Wallets below that may have something idle, those with most first. */
export const recallable = (state: State, except: string | null): readonly Child[] =>
  [...state.children.values()]
    .filter(({ child_id, leased_nano_usd }) => leased_nano_usd > 0 && child_id !== except)
    .sort((a, b) => subtractUsd(b.leased_nano_usd, a.leased_nano_usd));
