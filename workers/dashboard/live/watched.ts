import { and, desc, eq, gte, inArray, isNull, sql } from "drizzle-orm";
import { rollupHourly, wallets } from "../../../schema/tables/tables.ts";
import { spendingIds } from "../../../schema/wire/shards.ts";
import type { Database } from "../store/database.ts";

/** Objects that one stream watches at most: each is a connection. */
export const WATCHED_MAX = 40;
const BUSY_HOURS = 24;
const HOUR_MS = 3_600_000;

export interface Watched {
  /** Ids of wallet objects: of wallets and, where a wallet has them, of its shards. */
  readonly object_ids: readonly string[];
  readonly wallets: number;
  /** Wallets of the org in all. */
  readonly of: number;
}

/**
 * Which objects of an org to watch: of the wallets of `teams`, then of those that had most requests in the last day, then of
 * the others, as many as there may be.
 */
export async function watchedObjects(
  db: Database,
  org_id: string,
  teams: readonly string[],
  now: number,
): Promise<Watched> {
  const spent = db
    .select({ wallet_id: rollupHourly.wallet_id, requests: sql<number>`sum(${rollupHourly.requests})`.as("requests") })
    .from(rollupHourly)
    .where(and(eq(rollupHourly.org_id, org_id), gte(rollupHourly.hour, now - BUSY_HOURS * HOUR_MS)))
    .groupBy(rollupHourly.wallet_id)
    .as("spent");
  const rows = await db
    .select({ id: wallets.id, shards: wallets.shards })
    .from(wallets)
    .leftJoin(spent, eq(spent.wallet_id, wallets.id))
    .where(and(eq(wallets.org_id, org_id), isNull(wallets.archived_at)))
    .orderBy(
      ...(teams.length === 0 ? [] : [desc(sql`coalesce(${inArray(wallets.team_id, [...teams])}, 0)`)]),
      desc(sql`coalesce(${spent.requests}, 0)`),
      wallets.id,
    );
  const object_ids: string[] = [];
  let count = 0;
  for (const { id, shards } of rows) {
    const ids = objectsOf(id, shards);
    if (object_ids.length + ids.length > WATCHED_MAX) break;
    object_ids.push(...ids);
    count += 1;
  }
  return { object_ids, wallets: count, of: rows.length };
}

/** The wallet's own object, which has its balance, and those that its requests go to. */
export const objectsOf = (wallet_id: string, shards: number): readonly string[] => [
  ...new Set([wallet_id, ...spendingIds(wallet_id, shards)]),
];
