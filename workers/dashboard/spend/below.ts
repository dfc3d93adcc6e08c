import { eq } from "drizzle-orm";
import { wallets } from "../../../schema/tables/tables.ts";
import type { Database } from "../store/database.ts";
import { subtrees } from "../wallet/states.ts";
import { listedDimension } from "./dimensions.ts";
import type { Filter } from "./statement.ts";

/** No dimension, as a row has many wallets above it: what is filtered by is the wallet, and all below those named. */
export const BELOW = "below";

/** The filter that keeps what wallets and all below them spent, archived ones among them. Throws what D1 throws. */
export async function belowFilter(db: Database, org_id: string, ids: readonly string[]): Promise<Filter> {
  const rows = await db
    .select({ id: wallets.id, parent_id: wallets.parent_id })
    .from(wallets)
    .where(eq(wallets.org_id, org_id));
  const trees = subtrees(rows);
  return { dimension: listedDimension("wallet"), values: [...new Set(ids.flatMap((id) => trees.get(id) ?? [id]))] };
}
