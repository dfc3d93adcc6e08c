import { LIMITS } from "../../../schema/kernel/limits.ts";
import { MAX_NANO_USD, nanoUsd } from "../../../schema/kernel/money.ts";
import type {
  TransferInAnswer,
  TransferInRefusal,
  TransferInRequest,
  TransferOutAnswer,
  TransferOutRequest,
} from "../../../schema/wire/wallet-rpc.ts";
import type { Short } from "./admit.ts";
import { isEnded } from "./allowance.ts";
import { type Decision, NO_CHANGES } from "./change.ts";
import { draft, taken } from "./draft.ts";
import { inRange, isRef } from "./post.ts";
import type { Reader } from "./reader.ts";
import { type BalanceRefusal, gapToMove, isCovered, refuseMove } from "./refuse-money.ts";
import type { State, Transfer } from "./state.ts";

/**
 * A transfer between two wallets, as ledgers do it: reserved in the one, posted in the other, then posted in the one. At
 * any moment in between, the money is the sender's and promised, so that nobody can spend it twice; and each step is
 * remembered under the transfer's id, so that it is done once, however often it is asked for.
 */

/** `reserved`: the other wallet is to be asked. Refusals that may change by themselves are remembered all the same. */
export type Reserved = TransferOutAnswer | { readonly status: "reserved" };

/**
 * Reserves what is to be moved. Refused in this order: invalid, not configured, this id with other content, no limit,
 * frozen, money. A wallet whose time is over may still give away what it has.
 */
export function decideTransferOut(
  state: State,
  request: TransferOutRequest,
  now: number,
  reader: Reader,
): Decision<Reserved | Short> {
  const { settings } = state;
  const problem = outProblem(request, settings?.wallet_id ?? null);
  if (problem !== null) return unchanged({ status: "invalid", problem });
  if (settings === null) return unchanged({ status: "not_configured" });
  const known = knownOut(request, reader);
  if (known !== null) return unchanged(known);
  if (settings.limit_nano_usd === null) return remember(request, { status: "no_limit" });
  if (settings.frozen) return remember(request, { status: "frozen", wallet_id: settings.wallet_id });
  if (!isCovered(gapToMove(state, settings, request.amount_nano_usd))) {
    // What wallets below hold without need can be called back.
    if (state.leased_out_nano_usd > 0) return { answer: { status: "short" }, changes: NO_CHANGES };
    return remember(request, refuseMove(state, settings, request.amount_nano_usd, now));
  }
  return { answer: { status: "reserved" }, changes: [{ kind: "transfer", transfer: outOf(request, null) }] };
}

/** Remembers why there was no money, unless somebody else has taken the transfer further meanwhile. */
export function decideNoMoney(
  request: TransferOutRequest,
  refusal: BalanceRefusal,
  reader: Reader,
): Decision<Reserved> {
  const known = knownOut(request, reader);
  return known === null ? remember(request, refusal) : unchanged(known);
}

/** What became of a transfer of this id, or null. */
function knownOut(request: TransferOutRequest, reader: Reader): Reserved | null {
  const known = reader.transfer(request.transfer_id);
  if (known === null) return reader.moved(request.transfer_id) === null ? null : { status: "mismatch" };
  const same =
    known.direction === "out" &&
    known.other_wallet_id === request.to_wallet_id &&
    known.amount_nano_usd === request.amount_nano_usd;
  if (!same) return { status: "mismatch" };
  return known.answer ?? { status: "reserved" };
}

/** Ends the reservation as the other wallet has answered: the money leaves, or is free again. */
export function decideTransferEnd(
  state: State,
  transfer_id: string,
  received: TransferInAnswer,
  now: number,
  reader: Reader,
): Decision<TransferOutAnswer> {
  const { settings } = state;
  const open = state.transfers.get(transfer_id);
  if (open === undefined || settings === null) return { answer: endedOut(transfer_id, reader), changes: NO_CHANGES };
  const ref = transfer_id;
  if (received.status !== "received") {
    const answer: TransferOutAnswer =
      received.status === "refused"
        ? { status: "target_refused", reason: received.reason }
        : { status: "invalid", problem: received.status === "invalid" ? received.problem : "the other id is taken" };
    return { answer, changes: [{ kind: "transfer", transfer: endOut(open, answer) }] };
  }
  const books = draft(state, settings, now);
  const amount_nano_usd = taken(open.amount_nano_usd);
  books.post("transfer_out", amount_nano_usd, ref, (balance_nano_usd) => ({
    type: "wallet.posted",
    kind: "transfer_out",
    amount_nano_usd,
    balance_nano_usd,
    ref,
    other_wallet_id: open.other_wallet_id,
  }));
  const answer = { status: "transferred", balance_nano_usd: books.balance_nano_usd } as const;
  books.add({ kind: "transfer", transfer: endOut(open, answer) });
  books.alert();
  return { answer, changes: books.changes };
}

/** Takes what another wallet sends, once, or refuses it, for ever. A frozen wallet may receive. */
export function decideTransferIn(
  state: State,
  request: TransferInRequest,
  now: number,
  reader: Reader,
): Decision<TransferInAnswer> {
  const { settings } = state;
  const { transfer_id: ref, from_wallet_id, amount_nano_usd } = request;
  if (!isRef(ref) || !isRef(from_wallet_id) || !isMovable(amount_nano_usd)) {
    return unchanged({ status: "invalid", problem: "an id or the amount is not valid" });
  }
  const known = reader.transfer(ref);
  if (known !== null) {
    const same =
      known.direction === "in" && known.other_wallet_id === from_wallet_id && known.amount_nano_usd === amount_nano_usd;
    return unchanged(same ? known.answer : { status: "mismatch" });
  }
  if (reader.moved(ref) !== null) return unchanged({ status: "mismatch" });
  const keep = (answer: TransferInAnswer): Transfer => ({
    direction: "in",
    transfer_id: ref,
    other_wallet_id: from_wallet_id,
    amount_nano_usd,
    answer,
  });
  const reason = refusalOf(state, request, now);
  if (settings === null || reason !== null) {
    const answer = { status: "refused", reason: reason ?? "not_configured" } as const;
    return { answer, changes: [{ kind: "transfer", transfer: keep(answer) }] };
  }
  const books = draft(state, settings, now);
  books.post("transfer_in", amount_nano_usd, ref, (balance_nano_usd) => ({
    type: "wallet.posted",
    kind: "transfer_in",
    amount_nano_usd,
    balance_nano_usd,
    ref,
    other_wallet_id: from_wallet_id,
  }));
  const answer = { status: "received" } as const;
  books.add({ kind: "transfer", transfer: keep(answer) });
  return { answer, changes: books.changes };
}

function refusalOf(state: State, request: TransferInRequest, now: number): TransferInRefusal | null {
  const { settings } = state;
  if (settings === null) return "not_configured";
  if (settings.org_id !== request.org_id) return "other_org";
  if (isEnded(settings, now)) return "ended";
  if (settings.limit_nano_usd === null) return "no_limit";
  return inRange(state, request.amount_nano_usd) ? null : "out_of_range";
}

const unchanged = <Answer>(answer: Answer): Decision<Answer> => ({ answer, changes: NO_CHANGES });

const remember = (request: TransferOutRequest, answer: TransferOutAnswer): Decision<TransferOutAnswer> => ({
  answer,
  changes: [{ kind: "transfer", transfer: outOf(request, answer) }],
});

const outOf = (request: TransferOutRequest, answer: TransferOutAnswer | null): Transfer => ({
  direction: "out",
  transfer_id: request.transfer_id,
  other_wallet_id: request.to_wallet_id,
  amount_nano_usd: request.amount_nano_usd,
  answer,
});

const endOut = (open: Transfer, answer: TransferOutAnswer): Transfer => ({
  direction: "out",
  transfer_id: open.transfer_id,
  other_wallet_id: open.other_wallet_id,
  amount_nano_usd: nanoUsd(open.amount_nano_usd),
  answer,
});

/** The answer to a transfer that is not under way any more: somebody else was faster. */
function endedOut(transfer_id: string, reader: Reader): TransferOutAnswer {
  const known = reader.transfer(transfer_id);
  return known?.direction === "out" && known.answer !== null ? known.answer : { status: "pending" };
}

const isMovable = (amount: number): boolean => Number.isSafeInteger(amount) && amount > 0 && amount <= MAX_NANO_USD;

function outProblem(request: TransferOutRequest, own_id: string | null): string | null {
  const { transfer_id, to_wallet_id, amount_nano_usd } = request;
  if (!isRef(transfer_id)) return `transfer_id is not a text of 1 to ${LIMITS.request_id_chars} characters`;
  if (!isRef(to_wallet_id) || to_wallet_id === own_id) return "to_wallet_id is not another wallet";
  return isMovable(amount_nano_usd) ? null : "amount_nano_usd is not an integer above 0 and in range";
}
