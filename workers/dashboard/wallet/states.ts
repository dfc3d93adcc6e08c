import { and, eq, isNull } from "drizzle-orm";
import { walletClient } from "../../../schema/clients/wallet-client.ts";
import { log } from "../../../schema/kernel/log.ts";
import { wallets } from "../../../schema/tables/tables.ts";
import type { WalletState } from "../../../schema/wire/wallet-rpc.ts";
import type { ConsoleScope } from "../http/scope.ts";
import { databaseOf } from "../store/database.ts";

export type WalletRow = typeof wallets.$inferSelect;

/** A wallet with what its object says now; null where it does not answer. */
export interface LiveWallet {
  readonly row: WalletRow;
  readonly state: WalletState | null;
}

/** All wallets of an org that are not archived. */
export const readWalletRows = (scope: ConsoleScope, org_id: string): Promise<WalletRow[]> =>
  databaseOf(scope.env.DB)
    .select()
    .from(wallets)
    .where(and(eq(wallets.org_id, org_id), isNull(wallets.archived_at)));

/** So many objects are asked at the same time. */
const AT_A_TIME = 25;

/** Asks the objects of wallets for their state, in the order of the rows. */
export async function readStates(scope: ConsoleScope, rows: readonly WalletRow[]): Promise<LiveWallet[]> {
  const asked: LiveWallet[] = [];
  for (let from = 0; from < rows.length; from += AT_A_TIME) {
    asked.push(...(await Promise.all(rows.slice(from, from + AT_A_TIME).map((row) => live(scope, row)))));
  }
  return asked;
}

async function live(scope: ConsoleScope, row: WalletRow): Promise<LiveWallet> {
  try {
    return { row, state: await walletClient(scope.env, scope.effects, row.id).state() };
  } catch (error) {
    log("warn", "wallet_state_failed", { request_id: scope.request_id, wallet_id: row.id, reason: String(error) });
    return { row, state: null };
  }
}

/** What there is to spend in this period, spent or not: the limit with what was carried over, added and moved. */
export const budgetOf = ({ settings, balance_nano_usd, spent_nano_usd }: WalletState): number | null =>
  settings.limit_nano_usd === null ? null : Math.max(0, balance_nano_usd + spent_nano_usd);

/** A wallet and those below it, by id, of the rows of one org. */
export function subtrees(rows: readonly Pick<WalletRow, "id" | "parent_id">[]): ReadonlyMap<string, readonly string[]> {
  const parents = new Map(rows.map(({ id, parent_id }) => [id, parent_id]));
  const below = new Map(rows.map(({ id }) => [id, [id]]));
  for (const { id } of rows) {
    const seen = new Set([id]);
    for (let above = parents.get(id) ?? null; above !== null && !seen.has(above); above = parents.get(above) ?? null) {
      seen.add(above);
      below.get(above)?.push(id);
    }
  }
  return below;
}
