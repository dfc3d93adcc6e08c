import { addUsd, maxUsd, minUsd, nanoUsd, subtractUsd, ZERO_USD } from "../../../schema/kernel/money.ts";
import type { ChargeAttemptAnswer, ChargeAttemptRequest } from "../../../schema/wire/wallet-rpc.ts";
import { type Decision, NO_CHANGES } from "./change.ts";
import { draft, taken } from "./draft.ts";
import { tokensOf } from "./rate-end.ts";
import type { Reader } from "./reader.ts";
import { inRange } from "./settle.ts";
import type { Hold, State } from "./state.ts";
import { chargeAttemptProblem } from "./validate.ts";

/** `charged`: booked, now or before, and the hold is to be made as large as the next attempt needs it. */
export type AttemptCharged = ChargeAttemptAnswer | { readonly status: "charged" };

/**
 * Charges an attempt under its open hold. The charge is taken out of the hold, and what is left of it is the next
 * attempt's, with nothing committed yet: to cover that is an extension like any other. Refusals come before any change,
 * in this order: invalid, not configured, charged before with another amount, no open hold, out of order, out of range.
 * A repeat charges nothing; only that of the last attempt is still about the hold.
 */
export function decideChargeAttempt(
  state: State,
  request: ChargeAttemptRequest,
  now: number,
  reader: Reader,
): Decision<AttemptCharged> {
  const problem = chargeAttemptProblem(request);
  if (problem !== null) return unchanged({ status: "invalid", problem });
  const { settings } = state;
  if (settings === null) return unchanged({ status: "not_configured" });
  const { request_id, attempt, cost_nano_usd, context, record, next } = request;
  const charged = reader.attempts(request_id);
  const before = charged.get(attempt);
  if (before !== undefined && before !== cost_nano_usd) return unchanged({ status: "conflict" });
  const open = state.holds.get(request_id);
  if (open === undefined) {
    return unchanged({ status: reader.ended(request_id) === null ? "unknown" : "already_ended" });
  }
  if (next.context.key_id !== open.context.key_id) {
    return unchanged({ status: "invalid", problem: "next.context is of another key than the hold" });
  }
  const is_last = [...charged.keys()].every((other) => other <= attempt);
  if (before !== undefined) {
    if (!is_last) return unchanged({ ...sizeOf(open), status: "held" });
    // Another one may be asked instead of that which was not covered.
    const hold: Hold = { ...open, price_id: next.price_id, context: next.context };
    return { answer: { status: "charged" }, changes: [{ kind: "hold_passed_on", hold }] };
  }
  if (!is_last) return unchanged({ status: "invalid", problem: "a later attempt is charged already" });
  if (!inRange(state, cost_nano_usd, minUsd(open.hold_nano_usd, cost_nano_usd))) {
    return unchanged({ status: "invalid", problem: "the books cannot take cost_nano_usd" });
  }

  const books = draft(state, settings, now);
  const event = { type: "request.adjusted", reason: "attempt", request_id, cost_nano_usd, context, record } as const;
  books.post("attempt", taken(cost_nano_usd), request_id, () => event, attempt);
  const hold: Hold = {
    ...open,
    hold_nano_usd: maxUsd(ZERO_USD, subtractUsd(open.hold_nano_usd, cost_nano_usd)),
    committed_nano_usd: nanoUsd(0),
    attempts_nano_usd: addUsd(open.attempts_nano_usd, cost_nano_usd),
    attempts_tokens: open.attempts_tokens + tokensOf(record.usage),
    price_id: next.price_id,
    context: next.context,
  };
  books.add({ kind: "hold_passed_on", hold });
  books.alert();
  return { answer: { status: "charged" }, changes: books.changes };
}

const sizeOf = ({ hold_nano_usd, deadline }: Hold) => ({ hold_nano_usd, deadline });

const unchanged = (answer: AttemptCharged): Decision<AttemptCharged> => ({ answer, changes: NO_CHANGES });
