import { LIMITS } from "../../../schema/kernel/limits.ts";
import type { LedgerRow } from "../../../schema/wire/wallet-rpc.ts";
import { type LedgerSqlRow, ledgerRow } from "./rows.ts";

/** The newest rows first, those before `before_seq` only. At most LIMITS.page_size and one more, which tells of a next page. */
export function ledgerPage(sql: SqlStorage, limit: number, before_seq: number | undefined): LedgerRow[] {
  const rows = sql.exec<LedgerSqlRow>(
    `SELECT seq, kind, amount_nano_usd, balance_nano_usd, ref, at FROM ledger
      WHERE seq < ? ORDER BY seq DESC LIMIT ?`,
    before_seq ?? Number.MAX_SAFE_INTEGER,
    Math.max(0, Math.min(LIMITS.page_size + 1, Math.floor(limit) || 0)),
  );
  return [...rows].map(ledgerRow);
}
