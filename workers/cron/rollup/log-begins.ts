import { LOG_BEGINS } from "../../../schema/rollup/statements.ts";
import type { Database } from "../env.ts";

/** From when on the request log is whole, milliseconds: what was before has been deleted. 0 as long as nothing was. */
export async function logBegins(db: Pick<Database, "prepare">): Promise<number> {
  const cursor = await db
    .prepare("SELECT cursor FROM job_state WHERE job = ?1")
    .bind(LOG_BEGINS)
    .first<string>("cursor");
  return Number(cursor ?? 0);
}
