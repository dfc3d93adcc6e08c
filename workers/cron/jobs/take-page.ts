import type { Database } from "../env.ts";

/** Rows that a job works through, round after round. */
export interface Round {
  readonly job: string;
  /**
   * Selects rows with an `id`, those with `id > ?1`, in their order and at most `?2` of them; `?3` and so on are `params`.
   */
  readonly sql: string;
  readonly params: readonly (string | number)[];
  readonly page: number;
}

/**
 * The next page of a round, from the beginning again after the last. The job's mark is moved before any row is worked on:
 * rows that fail or break the run are passed over until the next round, and keep no other waiting.
 */
export async function takePage<Row extends { readonly id: string }>(db: Database, round: Round): Promise<Row[]> {
  const { job, sql, params, page } = round;
  const cursor = await db.prepare("SELECT cursor FROM job_state WHERE job = ?1").bind(job).first<string>("cursor");
  const from = (id: string) =>
    db
      .prepare(sql)
      .bind(id, page, ...params)
      .all<Row>();
  const { results } = await from(cursor ?? "");
  const next = results.length < page ? "" : (results.at(-1)?.id ?? "");
  await db
    .prepare(
      "INSERT INTO job_state (job, cursor) VALUES (?1, ?2) ON CONFLICT (job) DO UPDATE SET cursor = excluded.cursor",
    )
    .bind(job, next)
    .run();
  return results;
}
