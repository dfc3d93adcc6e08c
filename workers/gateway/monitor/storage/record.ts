import * as z from "zod";
import { HEALTH_STATES } from "../../../../schema/health/target-health.ts";

const recordSchema = z.object({
  state: z.enum(HEALTH_STATES).default("unknown"),
  since: z.int().nullable().default(null),
  /** The state that D1 is known to have; null when it has none. */
  published: z.enum(HEALTH_STATES).nullable().default(null),
  /** The breakers that D1 is known to have, as `WatchedTargets` signs them. */
  published_breakers: z.string().default(""),
  org_id: z.string().nullable().default(null),
  provider_id: z.string().nullable().default(null),
  probed: z.boolean().nullable().default(null),
  last_probe_at: z.int().nullable().default(null),
  last_probe_ok: z.boolean().nullable().default(null),
  failed_probes_in_a_row: z.int().default(0),
  last_failure: z
    .object({
      class: z.enum([
        "rejected",
        "auth",
        "quota",
        "rate_limited",
        "overloaded",
        "content_filter",
        "not_found",
        "too_large",
        "timeout",
        "failed",
      ]),
      text: z.string(),
      at: z.int(),
    })
    .nullable()
    .default(null),
  /** When a sync was last tried, and when one last went well. */
  sync_tried_at: z.int().nullable().default(null),
  synced_at: z.int().nullable().default(null),
});

/** What a monitor knows beside its windows. */
export type MonitorRecord = z.infer<typeof recordSchema>;

export function readRecord(sql: SqlStorage): MonitorRecord {
  const [row] = sql.exec<{ value: string }>("SELECT value FROM monitor WHERE one = 1");
  return recordSchema.parse(row === undefined ? {} : JSON.parse(row.value));
}

export function writeRecord(sql: SqlStorage, record: MonitorRecord): void {
  sql.exec("INSERT OR REPLACE INTO monitor (one, value) VALUES (1, ?)", JSON.stringify(record));
}
