import { nanoUsd } from "../../../schema/kernel/money.ts";
import { type Ended, foldEnded, type IdempotencyEntry, type Reader } from "../core/reader.ts";
import { REQUEST_KINDS_SQL } from "./migrations.ts";
import { type IdempotencySqlRow, idempotencyOf, ledgerKind } from "./rows.ts";

/** Answers from what is stored. */
export function storedReader(sql: SqlStorage): Reader {
  return {
    ended: (request_id) => {
      let ended: Ended | null = null;
      const rows = sql.exec<{ kind: string; amount_nano_usd: number }>(
        `SELECT kind, amount_nano_usd FROM ledger
          WHERE ref = ? AND kind IN (${REQUEST_KINDS_SQL}) ORDER BY seq`,
        request_id,
      );
      for (const row of rows) ended = foldEnded(ended, ledgerKind(row.kind), nanoUsd(row.amount_nano_usd));
      return ended;
    },
    idempotency: (key_hash) => first(sql, "SELECT * FROM idempotency WHERE key_hash = ?", key_hash),
    idempotencyOf: (request_id) => first(sql, "SELECT * FROM idempotency WHERE request_id = ?", request_id),
  };
}

function first(sql: SqlStorage, query: string, key: string): IdempotencyEntry | null {
  const [row] = sql.exec<IdempotencySqlRow>(query, key);
  return row === undefined ? null : idempotencyOf(row);
}
