import type { LogFields } from "../../../schema/kernel/log.ts";
import type { TextsBindings } from "../../../schema/texts/bucket.ts";
import { forgetTexts, removeDueTexts } from "../../../schema/texts/remove-due.ts";
import type { Database } from "../env.ts";

/** Thousands of objects in one run of each jurisdiction: some seconds. A minute later it goes on. */
const PAGES = 10;

/**
 * Deletes texts that have expired or were erased, and what is known of them when the request log, of `log_days`, knows
 * nothing more of their requests either.
 */
export async function purgeTexts(
  db: Database,
  bindings: TextsBindings,
  log_days: number,
  now: number,
): Promise<LogFields> {
  const removed = await removeDueTexts(db, bindings, { now, log_days, pages: PAGES });
  return { ...removed, ...(await forgetTexts(db, now)) };
}
