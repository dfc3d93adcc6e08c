import type { Effects } from "../kernel/effects.ts";
import type { JsonObject } from "../kernel/json.ts";
import { log } from "../kernel/log.ts";
import { formatUsd, nanoUsd } from "../kernel/money.ts";
import { unreachable } from "../kernel/unreachable.ts";
import type { AuditDraft, SqlStatement } from "../wire/audit-rpc.ts";
import type { PostAnswer, TransferInRefusal, TransferOutAnswer } from "../wire/wallet-rpc.ts";
import { type WalletBindings, walletClient } from "./wallet-client.ts";

/**
 * How an approved movement of money is carried out and put on record: by the console at once, and by a job when that was
 * interrupted. Both may do it at the same time: the wallets know it by its id, and one of them writes the record.
 */
export interface MoneyRequest {
  readonly id: string;
  readonly org_id: string;
  readonly kind: string;
  readonly wallet_id: string | null;
  readonly from_wallet_id: string | null;
  readonly to_wallet_id: string | null;
  readonly amount_nano_usd: number;
}

export type MoneyOutcome =
  | { readonly status: "done" }
  /** Nothing was moved, and nothing ever will be under this id. */
  | { readonly status: "failed"; readonly failure: { readonly code: string; readonly message: string } }
  /** Not known yet: it is asked for again. */
  | { readonly status: "open" };

/** Asks the wallets. Throws WalletUnavailable when one does not answer: then nothing is known, and it is asked again. */
export async function carryOut(env: WalletBindings, effects: Effects, request: MoneyRequest): Promise<MoneyOutcome> {
  const { id, kind, wallet_id, from_wallet_id, to_wallet_id } = request;
  const amount_nano_usd = nanoUsd(request.amount_nano_usd);
  if (kind === "transfer" && from_wallet_id !== null && to_wallet_id !== null) {
    // A wallet that nobody has used takes its settings first: what it has once refused, it refuses for ever.
    await walletClient(env, effects, to_wallet_id).state();
    const answer = await walletClient(env, effects, from_wallet_id).call((wallet) =>
      wallet.transferOut({ transfer_id: id, to_wallet_id, amount_nano_usd }),
    );
    return transferOutcome(id, answer);
  }
  if ((kind === "top_up" || kind === "adjustment") && wallet_id !== null) {
    const answer = await walletClient(env, effects, wallet_id).call((wallet) =>
      wallet.post({ ref: id, kind, amount_nano_usd }),
    );
    return postOutcome(id, answer);
  }
  return broken(id, `a request of the kind ${kind} lacks its wallets`);
}

/** What the record says of a movement that has ended: written when it is `approved`, and once. */
export function recordOf(request: MoneyRequest, outcome: Exclude<MoneyOutcome, { status: "open" }>, now: number) {
  const { id, org_id, kind } = request;
  const failure = outcome.status === "failed" ? outcome.failure : null;
  const check: SqlStatement = {
    sql: "SELECT 1 FROM money_requests WHERE org_id = ? AND id = ? AND status = 'approved'",
    params: [org_id, id],
  };
  const statement: SqlStatement = {
    sql: "UPDATE money_requests SET status = ?, finished_at = ?, failure = ?, version = version + 1 WHERE org_id = ? AND id = ? AND status = 'approved'",
    params: [outcome.status, now, failure === null ? null : JSON.stringify(failure), org_id, id],
  };
  const audit_outcome: AuditDraft["outcome"] = outcome.status;
  return {
    check,
    statement,
    action: `${kind}.${outcome.status}`,
    outcome: audit_outcome,
    target: { type: kind, id },
    details: { ...describeMoney(request), ...(failure === null ? {} : { failure: { ...failure } }) },
  };
}

/** What an entry of the audit log says of a movement. */
export function describeMoney(request: MoneyRequest): JsonObject {
  const { wallet_id, from_wallet_id, to_wallet_id } = request;
  return {
    ...(wallet_id === null ? {} : { wallet_id }),
    ...(from_wallet_id === null ? {} : { from_wallet_id }),
    ...(to_wallet_id === null ? {} : { to_wallet_id }),
    amount_usd: formatUsd(nanoUsd(request.amount_nano_usd)),
  };
}

const OPEN: MoneyOutcome = { status: "open" };
const failed = (code: string, message: string): MoneyOutcome => ({ status: "failed", failure: { code, message } });

/** A bug of ours: it is told to operators, and ends, so that it is not tried for ever. */
function broken(id: string, problem: string): MoneyOutcome {
  log("error", "money_request_broken", { id, problem });
  return failed("internal", "Something is wrong on our side. Nothing was moved.");
}

function transferOutcome(id: string, answer: TransferOutAnswer): MoneyOutcome {
  switch (answer.status) {
    case "transferred":
      return { status: "done" };
    case "pending":
    case "not_configured":
      return OPEN;
    case "exhausted":
    case "exceeds_wallet":
    case "held_by_others":
      return failed(
        answer.status,
        `The wallet has ${formatUsd(answer.available_nano_usd)} USD that can be moved now${
          answer.status === "held_by_others" ? "; the rest of it is held by requests in flight" : ""
        }.`,
      );
    case "frozen":
      return failed("frozen", "The wallet that the money would come from is frozen.");
    case "no_limit":
      return failed("no_limit", "The wallet that the money would come from has no limit, so it has no balance.");
    case "target_refused":
      return failed(`target_${answer.reason}`, TARGET_TEXTS[answer.reason]);
    case "mismatch":
    case "invalid":
      return broken(id, answer.status === "invalid" ? answer.problem : "this id has other content");
    default:
      return unreachable(answer);
  }
}

const TARGET_TEXTS: Readonly<Record<TransferInRefusal, string>> = {
  not_configured: "The wallet that the money would go to has no settings yet.",
  other_org: "There is no such wallet in this organisation.",
  ended: "The wallet that the money would go to is archived, or its time is over.",
  no_limit: "The wallet that the money would go to has no limit, so it needs no money.",
  out_of_range: "The wallet that the money would go to cannot hold so much.",
};

function postOutcome(id: string, answer: PostAnswer): MoneyOutcome {
  switch (answer.status) {
    case "posted":
      return { status: "done" };
    case "no_limit":
      return failed("no_limit", "The wallet has no limit, so it has no balance.");
    case "ended":
      return failed("ended", "The wallet is archived, or its time is over.");
    case "out_of_range":
      return failed("out_of_range", "The wallet cannot hold such a balance.");
    case "not_configured":
      return OPEN;
    case "mismatch":
    case "invalid":
      return broken(id, answer.status === "invalid" ? answer.problem : "this id has other content");
    default:
      return unreachable(answer);
  }
}
