import { formatTime } from "../../../schema/kernel/time.ts";
import { latencyLines } from "../latency/lines.ts";
import { showDurations } from "../latency/render.ts";
import { countOf } from "../spend/figures.ts";
import type { Range } from "../spend/range.ts";
import { part } from "../spend/show.ts";
import type { Database } from "../store/database.ts";
import { NotToldNow } from "./sections.ts";
import { nextHour } from "./spend.ts";
import { HOUR_MS } from "./sums.ts";

const HOURS = 24;

/** How well and how fast answers came in the last 24 hours, beside the 24 before. */
export async function speedSection(db: Database, org_id: string, now: number): Promise<Record<string, unknown>> {
  const to = nextHour(now);
  const from = to - HOURS * HOUR_MS;
  const [current, previous] = await Promise.all([
    speedIn(db, org_id, { from, to }),
    speedIn(db, org_id, { from: from - HOURS * HOUR_MS, to: from }),
  ]);
  return { ...current, previous };
}

async function speedIn(db: Database, org_id: string, range: Range) {
  const times = { from: formatTime(range.from), to: formatTime(range.to) };
  const query = { range, granularity: "total", time_zone: "UTC", group_by: [], filters: [], below: [] } as const;
  for await (const answer of latencyLines(db, org_id, query)) {
    if (answer.status !== "lines") throw new NotToldNow(answer.status);
    const [line] = answer.lines;
    if (line === undefined) continue;
    const [requests, errors] = [countOf(line.figures, "requests"), countOf(line.figures, "errors")];
    return shown(times, requests, errors, line.latency, line.first_byte);
  }
  return shown(times, 0, 0, new Map(), new Map());
}

const shown = (
  times: Readonly<Record<"from" | "to", string>>,
  requests: number,
  errors: number,
  latency: ReadonlyMap<number, number>,
  first_byte: ReadonlyMap<number, number>,
) => ({
  ...times,
  requests,
  errors,
  error_rate: part(errors, requests),
  latency: showDurations(latency),
  first_byte: showDurations(first_byte),
  /** The body of POST /v1/analytics/latency that gives the same, by provider and model. */
  query: { ...times, granularity: "total", group_by: ["provider", "model"] },
});
