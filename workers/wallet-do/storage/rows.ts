import { nanoUsd } from "../../../schema/kernel/money.ts";
import { assert } from "../../../schema/kernel/unreachable.ts";
import type { RequestContext } from "../../../schema/wire/request-record.ts";
import {
  LEDGER_KINDS,
  type LedgerKind,
  type LedgerRow,
  type RecordedAnswer,
  type TransferInAnswer,
  type TransferOutAnswer,
} from "../../../schema/wire/wallet-rpc.ts";
import type { IdempotencyEntry } from "../core/reader.ts";
import type { Child, Hold, Transfer, Upstream } from "../core/state.ts";

/** Rows as SQLite hands them out, and what they mean. */

export type LedgerSqlRow = {
  seq: number;
  kind: string;
  amount_nano_usd: number;
  balance_nano_usd: number;
  ref: string;
  attempt: number | null;
  at: number;
};

export type HoldSqlRow = {
  request_id: string;
  admitted_nano_usd: number;
  hold_nano_usd: number;
  committed_nano_usd: number;
  attempts_nano_usd: number;
  attempts_tokens: number;
  ttl_ms: number;
  created_at: number;
  deadline: number;
  price_id: string;
  context: string;
  idempotency_key_hash: string | null;
  rate: string | null;
};

export type IdempotencySqlRow = {
  key_hash: string;
  expires_at: number;
  request_id: string;
  fingerprint: string;
  finished: number;
  answer: string | null;
};

export type UpstreamSqlRow = {
  parent_id: string;
  leased_nano_usd: number;
  unreported_nano_usd: number;
  unreported_since: number | null;
  lanes: string;
  stopped_seq: number | null;
};

export type ChildSqlRow = { child_id: string; leased_nano_usd: number; lanes: string };

export function upstreamOf(row: UpstreamSqlRow): Upstream {
  const lanes: Upstream["lanes"] = JSON.parse(row.lanes);
  return {
    parent_id: row.parent_id,
    leased_nano_usd: nanoUsd(row.leased_nano_usd),
    unreported_nano_usd: nanoUsd(row.unreported_nano_usd),
    unreported_since: row.unreported_since,
    lanes,
    stopped_seq: row.stopped_seq,
  };
}

export function childOf(row: ChildSqlRow): Child {
  const lanes: Child["lanes"] = JSON.parse(row.lanes);
  return { child_id: row.child_id, leased_nano_usd: nanoUsd(row.leased_nano_usd), lanes };
}

export type TransferSqlRow = {
  transfer_id: string;
  direction: string;
  other_wallet_id: string;
  amount_nano_usd: number;
  answer: string | null;
};

export function transferOf(row: TransferSqlRow): Transfer {
  const { transfer_id, other_wallet_id } = row;
  const common = { transfer_id, other_wallet_id, amount_nano_usd: nanoUsd(row.amount_nano_usd) };
  if (row.direction === "out") {
    const answer: TransferOutAnswer | null = row.answer === null ? null : JSON.parse(row.answer);
    return { ...common, direction: "out", answer };
  }
  assert(row.answer !== null, "a transfer from elsewhere has its answer");
  const answer: TransferInAnswer = JSON.parse(row.answer);
  return { ...common, direction: "in", answer };
}

export function ledgerKind(text: string): LedgerKind {
  const kind = LEDGER_KINDS.find((known) => known === text);
  assert(kind !== undefined, `ledger kind ${text}`);
  return kind;
}

export const ledgerRow = (row: LedgerSqlRow): LedgerRow => ({
  seq: row.seq,
  kind: ledgerKind(row.kind),
  amount_nano_usd: nanoUsd(row.amount_nano_usd),
  balance_nano_usd: nanoUsd(row.balance_nano_usd),
  ref: row.ref,
  ...(row.attempt === null ? null : { attempt: row.attempt }),
  at: row.at,
});

export function holdOf(row: HoldSqlRow): Hold {
  const context: RequestContext = JSON.parse(row.context);
  const rate: Hold["rate"] = row.rate === null ? null : JSON.parse(row.rate);
  return {
    ...row,
    rate,
    admitted_nano_usd: nanoUsd(row.admitted_nano_usd),
    hold_nano_usd: nanoUsd(row.hold_nano_usd),
    committed_nano_usd: nanoUsd(row.committed_nano_usd),
    attempts_nano_usd: nanoUsd(row.attempts_nano_usd),
    context,
  };
}

export function idempotencyOf(row: IdempotencySqlRow): IdempotencyEntry {
  const answer: RecordedAnswer | null = row.answer === null ? null : JSON.parse(row.answer);
  return { ...row, finished: row.finished === 1, answer };
}
