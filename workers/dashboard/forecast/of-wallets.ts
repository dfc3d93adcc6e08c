import type { ConsoleScope } from "../http/scope.ts";
import { databaseOf } from "../store/database.ts";
import { type LiveWallet, readStates, subtrees, type WalletRow } from "../wallet/states.ts";
import { readSpending, type Spending } from "./read-history.ts";
import { showForecast } from "./show.ts";

/** Wallets as they stand, each with its forecast. */
export interface Forecasts {
  readonly live: readonly LiveWallet[];
  readonly forecasts: ReadonlyMap<string, Record<string, unknown> | null>;
}

/**
 * Asks wallets how they stand and forecasts each, with the spending of those below it. Of more than `most` wallets those
 * that spent the most in the last 28 days. `rows` are all wallets of the org, and `only` the one that is wanted.
 */
export async function forecastWallets(
  scope: ConsoleScope,
  org_id: string,
  rows: readonly WalletRow[],
  { most, only = null }: { readonly most: number; readonly only?: string | null },
): Promise<Forecasts> {
  const below = subtrees(rows);
  const wanted = only === null ? null : (below.get(only) ?? [only]);
  const spending = await readSpending(databaseOf(scope.env.DB), org_id, scope.started_at, wanted);
  const asked = only === null ? dearest(rows, below, spending, most) : rows.filter(({ id }) => id === only);
  const live = await readStates(scope, asked);
  const forecasts = new Map(
    live.map((wallet) => {
      const ids = below.get(wallet.row.id) ?? [wallet.row.id];
      return [wallet.row.id, showForecast(wallet, ids, spending, scope.started_at)];
    }),
  );
  return { live, forecasts };
}

function dearest(
  rows: readonly WalletRow[],
  below: ReadonlyMap<string, readonly string[]>,
  { days }: Spending,
  most: number,
): readonly WalletRow[] {
  if (rows.length <= most) return rows;
  const own = new Map([...days].map(([id, amounts]) => [id, amounts.reduce((sum, amount) => sum + amount, 0)]));
  const spent = (id: string) => (below.get(id) ?? []).reduce((sum, one) => sum + (own.get(one) ?? 0), 0);
  return rows
    .map((row) => ({ row, spent: spent(row.id) }))
    .sort((a, b) => b.spent - a.spent || (a.row.id < b.row.id ? -1 : 1))
    .slice(0, most)
    .map(({ row }) => row);
}
