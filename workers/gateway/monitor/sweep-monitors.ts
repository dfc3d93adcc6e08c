import { log } from "../../../schema/kernel/log.ts";
import { type MonitorNamespace, monitorOf } from "../../../schema/wire/monitor-rpc.ts";

/** Each provider's monitor is looked after once in so many runs; one that has told nothing yet, in every run. */
const TURNS = 10;
/** Per run: well below what one invocation may call. */
const MONITORS_MAX = 500;

/**
 * Starts the monitors of enabled providers, `turn` counting the runs: new ones at once, and those whose alarm was lost
 * when their turn comes. Starting one that runs does nothing.
 */
export async function sweepMonitors(db: D1Database, namespace: MonitorNamespace, turn: number): Promise<number> {
  const { results } = await db
    .prepare(
      "SELECT p.org_id, p.id FROM providers p LEFT JOIN provider_health h ON h.org_id = p.org_id AND h.provider_id = p.id WHERE p.enabled = 1 AND (h.state IS NULL OR p.rowid % ?1 = ?2) ORDER BY h.state IS NULL DESC, random() LIMIT ?3",
    )
    .bind(TURNS, turn % TURNS, MONITORS_MAX)
    .all<{ org_id: string; id: string }>();
  for (const { org_id, id } of results) {
    try {
      await monitorOf(namespace, org_id, id).watch(org_id, id);
    } catch (error) {
      log("warn", "monitor_not_started", { org_id, provider_id: id, reason: String(error) });
    }
  }
  return results.length;
}
