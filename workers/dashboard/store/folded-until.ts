import { eq } from "drizzle-orm";
import { rollupFolds } from "../../../schema/tables/tables.ts";
import type { Database } from "./database.ts";

/**
 * Up to when an org's hourly sums are in its daily ones, milliseconds; 0 as long as none are. It only ever moves on, and what
 * is before it stays right whatever is posted: so it may be read before the sums are.
 */
export async function foldedUntil(db: Database, org_id: string): Promise<number> {
  const [mark] = await db
    .select({ folded_until: rollupFolds.folded_until })
    .from(rollupFolds)
    .where(eq(rollupFolds.org_id, org_id));
  return mark?.folded_until ?? 0;
}
