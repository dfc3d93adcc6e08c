import { LIMITS } from "../../../schema/kernel/limits.ts";
import { MAX_NANO_USD, minUsd, type NanoUsd, subtractUsd, ZERO_USD } from "../../../schema/kernel/money.ts";
import type { RecordedAnswer, ReleaseRequest, SettleAnswer, SettleRequest } from "../../../schema/wire/wallet-rpc.ts";
import type { WalletSettings } from "../../../schema/wire/wallet-settings.ts";
import { available, promised } from "./allowance.ts";
import { type Decision, NO_CHANGES } from "./change.ts";
import { type Draft, draft, taken } from "./draft.ts";
import { endOfRates, tokensOf } from "./rate-end.ts";
import type { Ended, IdempotencyEntry, Reader } from "./reader.ts";
import type { Hold, State } from "./state.ts";
import { jsonBytes, releaseProblem, settleProblem } from "./validate.ts";

/**
 * Ends a hold with its cost. What the cost exceeds the hold by is a posting of its own. The charge belongs to the period
 * in which it is posted, also when the hold was made in an earlier one. A repeat changes nothing; after an expiry the
 * difference is posted, once; an id that was never seen is charged all the same, because its tokens were spent.
 */
export function decideSettle(
  state: State,
  request: SettleRequest,
  now: number,
  reader: Reader,
): Decision<SettleAnswer> {
  const { settings } = state;
  const open = state.holds.get(request.request_id);
  if (settleProblem(request, open?.context) !== null) return unchanged(state, "invalid", ZERO_USD);
  if (settings === null) return unchanged(state, "not_configured", ZERO_USD);
  const ended = open === undefined ? reader.ended(request.request_id) : null;
  if (ended !== null && !ended.expired) return unchanged(state, "already_ended", ended.charged_nano_usd);
  const { record, cost_nano_usd: cost } = owed(request, open, reader);
  if (!inRange(state, cost - (ended?.charged_nano_usd ?? 0), open?.hold_nano_usd ?? 0)) {
    return unchanged(state, "invalid", ended?.charged_nano_usd ?? ZERO_USD);
  }

  const books = draft(state, settings, now);
  if (ended !== null) {
    correct(books, { ...request, record }, ended, cost);
    finishKey(books, reader.idempotencyOf(request.request_id), request.answer, now);
    return decided(books, settings, promised(state), "corrected", cost);
  }
  charge(books, { ...request, record, cost_nano_usd: cost }, open);
  if (open === undefined) return decided(books, settings, promised(state), "unknown_hold", cost);
  endRates(books, state, open, open.attempts_tokens + tokensOf(record.usage), now);
  books.add({ kind: "hold_ended", request_id: open.request_id });
  if (open.idempotency_key_hash !== null) {
    finishKey(books, reader.idempotency(open.idempotency_key_hash), request.answer, now);
  }
  return decided(books, settings, subtractUsd(promised(state), open.hold_nano_usd), "settled", cost);
}

/**
 * Ends a hold without a charge and frees its idempotency key, unless attempts before it were charged. After an expiry it
 * gives back what that charged, of the last attempt. The row that it leaves for an unknown id is the tombstone that refuses a late admit.
 */
export function decideRelease(
  state: State,
  request: ReleaseRequest,
  now: number,
  reader: Reader,
): Decision<SettleAnswer> {
  const { settings } = state;
  const open = state.holds.get(request.request_id);
  if (releaseProblem(request, open?.context) !== null) return unchanged(state, "invalid", ZERO_USD);
  if (settings === null) return unchanged(state, "not_configured", ZERO_USD);
  const ended = open === undefined ? reader.ended(request.request_id) : null;
  if (ended !== null && !ended.expired) return unchanged(state, "already_ended", ended.charged_nano_usd);

  const books = draft(state, settings, now);
  if (ended !== null) {
    correct(books, request, ended, ZERO_USD);
    endKey(books, reader.idempotencyOf(request.request_id), hasCost(reader.attempts(request.request_id)), now);
    return decided(books, settings, promised(state), "corrected", ZERO_USD);
  }
  books.post("release", ZERO_USD, request.request_id, () => ({
    type: "request.completed",
    request_id: request.request_id,
    cost_nano_usd: ZERO_USD,
    hold_nano_usd: open?.hold_nano_usd ?? ZERO_USD,
    unsettled: false,
    context: request.context,
    record: request.record,
  }));
  if (open === undefined) return decided(books, settings, promised(state), "unknown_hold", ZERO_USD);
  endRates(books, state, open, open.attempts_tokens, now);
  books.add({ kind: "hold_ended", request_id: open.request_id });
  if (open.idempotency_key_hash !== null) {
    endKey(books, reader.idempotency(open.idempotency_key_hash), open.attempts_nano_usd > 0, now);
  }
  return decided(books, settings, subtractUsd(promised(state), open.hold_nano_usd), "released", ZERO_USD);
}

/** What a settlement adds, and its record: nothing more where its attempt was charged by itself. */
function owed(
  { request_id, attempt, record, cost_nano_usd }: SettleRequest,
  open: Hold | undefined,
  reader: Reader,
): Pick<SettleRequest, "record" | "cost_nano_usd"> {
  // A hold knows whether there is anything to look for: most settlements need no look into the ledger.
  const none = open !== undefined && open.attempts_nano_usd === 0 && open.attempts_tokens === 0;
  if (attempt === undefined || none || !reader.attempts(request_id).has(attempt)) return { record, cost_nano_usd };
  // Its tokens stand in the attempt's own record.
  return { record: { ...record, usage: {}, unpriced: [] }, cost_nano_usd: ZERO_USD };
}

const hasCost = (attempts: ReadonlyMap<number, NanoUsd>): boolean => [...attempts.values()].some((cost) => cost > 0);

/** The key of a released request is free again, unless it has cost something: then a repeat would cost it twice. */
function endKey(books: Draft, entry: IdempotencyEntry | null, has_cost: boolean, now: number): void {
  if (entry === null) return;
  if (has_cost) finishKey(books, entry, undefined, now);
  else books.add({ kind: "idempotency_freed", key_hash: entry.key_hash });
}

function endRates(books: Draft, state: State, { request_id, rate }: Hold, tokens_used: number, now: number): void {
  const ending = { mark: rate, end: { request_id, tokens_used, unused: false } };
  for (const change of endOfRates(state, [ending], now)) books.add(change);
}

/** The charge up to the hold, and the overage beyond it. Without a hold everything is charge. */
function charge(books: Draft, request: SettleRequest, open: Hold | undefined): void {
  const { request_id, cost_nano_usd, context } = request;
  const charged = open === undefined ? cost_nano_usd : minUsd(cost_nano_usd, open.hold_nano_usd);
  books.post("charge", taken(charged), request_id, () => ({
    type: "request.completed",
    request_id,
    cost_nano_usd: charged,
    hold_nano_usd: open?.hold_nano_usd ?? ZERO_USD,
    unsettled: false,
    context,
    record: request.record,
  }));
  const over = subtractUsd(cost_nano_usd, charged);
  if (over === 0) return;
  books.post("overage", taken(over), request_id, () => ({
    type: "request.adjusted",
    request_id,
    reason: "overage",
    cost_nano_usd: over,
    context,
    record: null,
  }));
}

/** Posts the difference between what expiry charged and the true cost, with the true record; also when it is 0. */
function correct(books: Draft, request: Omit<SettleRequest, "cost_nano_usd">, ended: Ended, cost: NanoUsd): void {
  const difference = subtractUsd(cost, ended.charged_nano_usd);
  books.post("correction", taken(difference), request.request_id, () => ({
    type: "request.adjusted",
    request_id: request.request_id,
    reason: "correction",
    cost_nano_usd: difference,
    context: request.context,
    record: request.record,
  }));
}

/**
 * Marks an idempotency key as finished and keeps the answer, unless it is too large to be kept. A key whose time is over
 * stays free, whether it was swept already or not.
 */
export function finishKey(
  books: Draft,
  entry: IdempotencyEntry | null,
  answer: RecordedAnswer | undefined,
  now: number,
): void {
  if (entry === null || (entry.finished && entry.expires_at <= now)) return;
  const bytes = answer === undefined ? null : jsonBytes(answer);
  const kept = bytes !== null && bytes <= LIMITS.idempotent_answer_bytes ? (answer ?? null) : null;
  const expires_at = now + LIMITS.idempotent_answer_ttl_ms;
  books.add({ kind: "idempotency", entry: { ...entry, finished: true, answer: kept, expires_at } });
}

/**
 * Whether the books can take a charge (negative: give it back) and still charge everything else that is held: expiry
 * must never meet an amount out of range.
 */
export function inRange(state: State, cost: number, own_hold: number): boolean {
  const others = promised(state) - own_hold;
  return (
    state.balance_nano_usd - cost - others >= -MAX_NANO_USD &&
    state.balance_nano_usd - cost <= MAX_NANO_USD &&
    state.spent_nano_usd + cost + others <= MAX_NANO_USD &&
    state.spent_nano_usd + cost >= -MAX_NANO_USD
  );
}

function decided(
  books: Draft,
  settings: WalletSettings,
  promised_nano_usd: NanoUsd,
  status: SettleAnswer["status"],
  charged_nano_usd: NanoUsd,
): Decision<SettleAnswer> {
  books.alert();
  const available_nano_usd = available(settings, books.balance_nano_usd, promised_nano_usd);
  return { answer: { status, charged_nano_usd, available_nano_usd }, changes: books.changes };
}

function unchanged(state: State, status: SettleAnswer["status"], charged_nano_usd: NanoUsd): Decision<SettleAnswer> {
  const { settings, balance_nano_usd } = state;
  const available_nano_usd = settings === null ? null : available(settings, balance_nano_usd, promised(state));
  return { answer: { status, charged_nano_usd, available_nano_usd }, changes: NO_CHANGES };
}
