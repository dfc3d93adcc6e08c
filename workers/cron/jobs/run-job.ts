import { type LogFields, log } from "../../../schema/kernel/log.ts";
import type { Database } from "../env.ts";
import { problemOf } from "../problem-of.ts";

/** A trigger is not repeated after this. */
const KEPT_MS = 24 * 60 * 60 * 1000;

/**
 * Runs a scheduled job once per scheduled time, however often its trigger comes, and logs what it reports. A run that
 * fails is not repeated: jobs go on from their own high-water mark, so the next trigger does what this one did not.
 * Throws what the job throws.
 */
export async function runJob(
  db: Database,
  job: string,
  scheduled_at: number,
  run: () => Promise<LogFields>,
): Promise<void> {
  try {
    if (!(await claim(db, job, scheduled_at))) {
      log("info", "job_skipped", { job, scheduled_at });
      return;
    }
    log("info", "job_finished", { job, scheduled_at, ...(await run()) });
  } catch (error) {
    log("error", "job_failed", { job, scheduled_at, problem: problemOf(error) });
    throw error;
  }
}

/** Whether this trigger is the first with its scheduled time. */
async function claim(db: Database, job: string, scheduled_at: number): Promise<boolean> {
  const [claimed] = await db.batch([
    db
      .prepare("INSERT INTO job_runs (job, scheduled_at) VALUES (?1, ?2) ON CONFLICT DO NOTHING")
      .bind(job, scheduled_at),
    db.prepare("DELETE FROM job_runs WHERE job = ?1 AND scheduled_at < ?2").bind(job, scheduled_at - KEPT_MS),
  ]);
  return claimed?.meta.changes === 1;
}
