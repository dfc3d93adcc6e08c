import * as z from "zod";
import { formatUsd } from "../../../schema/kernel/money.ts";
import { formatTime } from "../../../schema/kernel/time.ts";
import { shardId } from "../../../schema/wire/shards.ts";
import { LEDGER_KINDS } from "../../../schema/wire/wallet-rpc.ts";
import type { Cell } from "../export/line-stream.ts";
import type { BookRow } from "./merge.ts";

/** A row of the ledger as the API shows it. */
export const shownRow = z.object({
  id: z.string(),
  kind: z.enum(LEDGER_KINDS),
  amount_usd: z.string().describe("Negative for what is taken."),
  balance_usd: z.string().describe("Of the book that the row is in, after it."),
  ref: z.string().describe("The request, or what else caused it."),
  attempt: z.int().optional().describe("Of an `attempt`: which call of a provider of the request it was, from 1 on."),
  shard: z
    .int()
    .optional()
    .describe("The shard in whose book it is. Rows without are the wallet's own, and their sum is its balance."),
  at: z.iso.datetime(),
});

export const showRow = (wallet_id: string, row: BookRow): z.infer<typeof shownRow> => ({
  id: `${row.shard === 0 ? wallet_id : shardId(wallet_id, row.shard)}:${row.seq}`,
  kind: row.kind,
  amount_usd: formatUsd(row.amount_nano_usd),
  balance_usd: formatUsd(row.balance_nano_usd),
  ref: row.ref,
  ...(row.attempt === undefined ? null : { attempt: row.attempt }),
  ...(row.shard === 0 ? null : { shard: row.shard }),
  at: formatTime(row.at),
});

export const CSV_COLUMNS = ["at", "kind", "amount_usd", "balance_usd", "ref", "attempt", "shard", "id"] as const;

/** The cells of a line. A cause may be named by somebody else; amounts are ours, also below zero. */
export function cellsOf(wallet_id: string, row: BookRow): readonly Cell[] {
  const shown = showRow(wallet_id, row);
  return CSV_COLUMNS.map((column) => (column === "ref" ? { typed: shown.ref } : String(shown[column] ?? "")));
}
