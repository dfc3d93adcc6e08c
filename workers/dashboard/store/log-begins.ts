import { sql } from "drizzle-orm";
import { LOG_BEGINS } from "../../../schema/rollup/statements.ts";
import type { Database } from "./database.ts";

/** From when on the request log is whole, milliseconds: what was before has been deleted. 0 as long as nothing was. */
export async function logBegins(db: Database): Promise<number> {
  const [found] = await db.all<{ readonly cursor: string }>(
    sql`SELECT cursor FROM job_state WHERE job = ${LOG_BEGINS}`,
  );
  return Number(found?.cursor ?? 0);
}
