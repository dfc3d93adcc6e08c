import type { LiveBatch, WindowFigures } from "../../../../schema/wire/monitor-rpc.ts";
import { percentile } from "../../stores/latency-buckets.ts";

const MINUTE_MS = 60_000;
const KEPT_MINUTES = 60;

const minuteOf = (now: number): number => Math.floor(now / MINUTE_MS);

/** Adds what an isolate saw to the minute of `now`, and forgets what is older than the longest window. */
export function addBatch(sql: SqlStorage, batch: LiveBatch, now: number): void {
  const minute = minuteOf(now);
  const count = (name: string, more: number): void => {
    sql.exec(
      "INSERT INTO outcome (minute, class, count) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count",
      minute,
      name,
      more,
    );
  };
  if (batch.ok > 0) count("ok", batch.ok);
  for (const [name, more] of Object.entries(batch.failed)) count(name, more);
  for (const kind of ["latency", "first_byte"] as const) {
    for (const [bucket, more] of Object.entries(batch[kind])) {
      sql.exec(
        "INSERT INTO latency (minute, kind, bucket, count) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count",
        minute,
        kind,
        Number(bucket),
        more,
      );
    }
  }
  sql.exec("DELETE FROM outcome WHERE minute <= ?", minute - KEPT_MINUTES);
  sql.exec("DELETE FROM latency WHERE minute <= ?", minute - KEPT_MINUTES);
}

/** The figures of the last `minutes`, the one under way included. */
export function figures(sql: SqlStorage, minutes: number, now: number): WindowFigures {
  const since = minuteOf(now) - minutes;
  const by_class = new Map(
    sql
      .exec<{ class: string; count: number }>(
        "SELECT class, sum(count) AS count FROM outcome WHERE minute > ? GROUP BY class",
        since,
      )
      .toArray()
      .map((row): [string, number] => [row.class, row.count]),
  );
  const ok = by_class.get("ok") ?? 0;
  by_class.delete("ok");
  const latency = buckets(sql, "latency", since);
  const first_byte = buckets(sql, "first_byte", since);
  return {
    ok,
    failed: [...by_class.values()].reduce((sum, count) => sum + count, 0),
    failed_by_class: Object.fromEntries(by_class),
    latency_p50_ms: percentile(latency, 0.5),
    latency_p95_ms: percentile(latency, 0.95),
    first_byte_p50_ms: percentile(first_byte, 0.5),
    first_byte_p95_ms: percentile(first_byte, 0.95),
  };
}

function buckets(sql: SqlStorage, kind: string, since: number): ReadonlyMap<number, number> {
  const rows = sql.exec<{ bucket: number; count: number }>(
    "SELECT bucket, sum(count) AS count FROM latency WHERE kind = ? AND minute > ? GROUP BY bucket",
    kind,
    since,
  );
  return new Map(rows.toArray().map(({ bucket, count }): [number, number] => [bucket, count]));
}
