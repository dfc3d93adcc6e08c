import { log } from "../../../schema/kernel/log.ts";

/** What of storing texts failed. */
export type TextFailure = "no_key" | "no_bucket" | "sealing" | "index" | "bucket";

/** Failures that D1 could not take, by reason: they go with the next one. */
const waiting = new WeakMap<D1Database, Map<TextFailure, number>>();

const ADD =
  "INSERT INTO text_failure_totals (reason, requests) VALUES (?1, ?2) ON CONFLICT (reason) DO UPDATE SET requests = requests + excluded.requests";

/** Adds to the total that `/metrics` shows. Never rejects. */
export async function addTextFailures(db: D1Database, reason: TextFailure, failed: number): Promise<void> {
  const counts = waiting.get(db) ?? new Map<TextFailure, number>();
  waiting.set(db, counts);
  counts.set(reason, (counts.get(reason) ?? 0) + failed);
  const taken = [...counts];
  counts.clear();
  try {
    await db.batch(taken.map(([name, requests]) => db.prepare(ADD).bind(name, requests)));
  } catch (error) {
    for (const [name, requests] of taken) counts.set(name, (counts.get(name) ?? 0) + requests);
    log("warn", "text_failure_not_counted", { reason: String(error) });
  }
}
