import { LIMITS } from "../../../schema/kernel/limits.ts";
import { MAX_NANO_USD } from "../../../schema/kernel/money.ts";
import type { PostAnswer, PostRequest } from "../../../schema/wire/wallet-rpc.ts";
import { isEnded, promised } from "./allowance.ts";
import { type Decision, NO_CHANGES } from "./change.ts";
import { draft } from "./draft.ts";
import type { Reader } from "./reader.ts";
import type { State } from "./state.ts";

/**
 * Adds to the balance of this period, or corrects it; what was spent stays as it is. Refusals come before any change, in
 * this order: invalid, not configured, this id with other content, no limit, ended, out of range. An adjustment may leave
 * the balance below 0, past any overdraft: the books say what is so, and a debt refuses further requests by itself.
 */
export function decidePost(state: State, request: PostRequest, now: number, reader: Reader): Decision<PostAnswer> {
  const problem = postProblem(request);
  if (problem !== null) return refuse({ status: "invalid", problem });
  const { settings } = state;
  if (settings === null) return refuse({ status: "not_configured" });
  const { ref, kind, amount_nano_usd } = request;
  const before = reader.moved(ref);
  if (before !== null) {
    if (before.kind !== kind || before.amount_nano_usd !== amount_nano_usd) return refuse({ status: "mismatch" });
    return refuse({ status: "posted", seq: before.seq, balance_nano_usd: before.balance_nano_usd });
  }
  if (settings.limit_nano_usd === null) return refuse({ status: "no_limit" });
  if (kind === "top_up" && isEnded(settings, now)) return refuse({ status: "ended", wallet_id: settings.wallet_id });
  if (!inRange(state, amount_nano_usd)) return refuse({ status: "out_of_range" });

  const books = draft(state, settings, now);
  books.post(kind, amount_nano_usd, ref, (balance_nano_usd) => ({
    type: "wallet.posted",
    kind,
    amount_nano_usd,
    balance_nano_usd,
    ref,
  }));
  books.alert();
  const answer = { status: "posted", seq: state.ledger_seq + 1, balance_nano_usd: books.balance_nano_usd } as const;
  return { answer, changes: books.changes };
}

const refuse = (answer: PostAnswer): Decision<PostAnswer> => ({ answer, changes: NO_CHANGES });

/** Whether the books can take it and still charge all that is promised: expiry must never meet an amount out of range. */
export const inRange = (state: State, amount: number): boolean =>
  state.balance_nano_usd + amount <= MAX_NANO_USD && state.balance_nano_usd + amount - promised(state) >= -MAX_NANO_USD;

/** Ids of others that end in the ledger. */
export const isRef = (id: unknown): boolean =>
  typeof id === "string" && id.length > 0 && id.length <= LIMITS.request_id_chars;

function postProblem({ ref, kind, amount_nano_usd }: PostRequest): string | null {
  if (!isRef(ref)) return `ref is not a text of 1 to ${LIMITS.request_id_chars} characters`;
  if (kind !== "top_up" && kind !== "adjustment") return "kind is neither top_up nor adjustment";
  if (!Number.isSafeInteger(amount_nano_usd) || Math.abs(amount_nano_usd) > MAX_NANO_USD) {
    return "amount_nano_usd is not an integer in range";
  }
  if (kind === "top_up" && amount_nano_usd < 0) return "a top-up is above 0";
  return amount_nano_usd === 0 ? "amount_nano_usd is 0" : null;
}
