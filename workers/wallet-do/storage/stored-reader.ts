import { nanoUsd } from "../../../schema/kernel/money.ts";
import { type Ended, foldEnded, type IdempotencyEntry, type Reader } from "../core/reader.ts";
import { MOVING_KINDS_SQL, REQUEST_KINDS_SQL } from "./migrations.ts";
import {
  type IdempotencySqlRow,
  idempotencyOf,
  type LedgerSqlRow,
  ledgerKind,
  ledgerRow,
  type TransferSqlRow,
  transferOf,
} from "./rows.ts";

/** Asked with each admission: put together once. */
const ENDED_SQL = `SELECT kind, amount_nano_usd FROM ledger
  WHERE ref = ? AND kind IN (${REQUEST_KINDS_SQL}) ORDER BY seq`;

/** Answers from what is stored. */
export function storedReader(sql: SqlStorage): Reader {
  return {
    ended: (request_id) => {
      let ended: Ended | null = null;
      const rows = sql.exec<{ kind: string; amount_nano_usd: number }>(ENDED_SQL, request_id);
      for (const row of rows) ended = foldEnded(ended, ledgerKind(row.kind), nanoUsd(row.amount_nano_usd));
      return ended;
    },
    attempts: (request_id) => {
      const rows = sql.exec<{ attempt: number; amount_nano_usd: number }>(
        "SELECT attempt, amount_nano_usd FROM ledger WHERE ref = ? AND kind = 'attempt'",
        request_id,
      );
      return new Map([...rows].map(({ attempt, amount_nano_usd }) => [attempt, nanoUsd(-amount_nano_usd)]));
    },
    idempotency: (key_hash) => first(sql, "SELECT * FROM idempotency WHERE key_hash = ?", key_hash),
    moved: (ref) => {
      const [row] = sql.exec<LedgerSqlRow>(
        `SELECT seq, kind, amount_nano_usd, balance_nano_usd, ref, attempt, at FROM ledger
          WHERE ref = ? AND kind IN (${MOVING_KINDS_SQL}) ORDER BY seq LIMIT 1`,
        ref,
      );
      return row === undefined ? null : ledgerRow(row);
    },
    transfer: (transfer_id) => {
      const [row] = sql.exec<TransferSqlRow>("SELECT * FROM transfer WHERE transfer_id = ?", transfer_id);
      return row === undefined ? null : transferOf(row);
    },
    idempotencyOf: (request_id) => first(sql, "SELECT * FROM idempotency WHERE request_id = ?", request_id),
  };
}

function first(sql: SqlStorage, query: string, key: string): IdempotencyEntry | null {
  const [row] = sql.exec<IdempotencySqlRow>(query, key);
  return row === undefined ? null : idempotencyOf(row);
}
