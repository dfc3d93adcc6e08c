import { type BucketCounts, quantileMs, RELATIVE_ERROR } from "../../../schema/kernel/log-buckets.ts";
import { formatTime } from "../../../schema/kernel/time.ts";
import { type Cell, csvStream, jsonStream, type Lines } from "../export/line-stream.ts";
import { fieldsOf } from "../spend/dimensions.ts";
import { countOf, type Figures } from "../spend/figures.ts";
import type { AnalysisQuery } from "../spend/query.ts";
import { part } from "../spend/show.ts";
import type { Line } from "./lines.ts";

const PERCENTILES = { p50_ms: 0.5, p95_ms: 0.95, p99_ms: 0.99 } as const;

/** JSON: a row each, with percentiles in milliseconds and how far they may be off. */
export function latencyJson(query: AnalysisQuery, lines: AsyncIterable<Lines<Line>>): AsyncGenerator<Uint8Array> {
  const { range, granularity, time_zone } = query;
  const head = {
    from: formatTime(range.from),
    to: formatTime(range.to),
    granularity,
    time_zone,
    group_by: query.group_by.map(({ name }) => name),
    relative_error: RELATIVE_ERROR,
  };
  const show = (line: Line) => ({
    ...(granularity === "total" ? {} : { time: formatTime(line.start) }),
    ...Object.fromEntries(fieldsOf(query.group_by).map((name, index) => [name, line.fields[index] ?? null])),
    ...showCounts(line.figures),
    latency: showDurations(line.latency),
    first_byte: showDurations(line.first_byte),
  });
  return jsonStream(head, lines, show, () => ({}));
}

const showCounts = (figures: Figures) => {
  const [requests, errors, cache_hits] = ["requests", "errors", "cache_hits"].map((name) => countOf(figures, name));
  return {
    requests: requests ?? 0,
    errors: errors ?? 0,
    error_rate: part(errors ?? 0, requests ?? 0),
    cache_hits: cache_hits ?? 0,
    cache_hit_rate: part(cache_hits ?? 0, requests ?? 0),
  };
};

export const showDurations = (counts: BucketCounts) => ({
  requests: [...counts.values()].reduce((sum, count) => sum + count, 0),
  ...Object.fromEntries(Object.entries(PERCENTILES).map(([name, quantile]) => [name, percentile(counts, quantile)])),
});

/** To a hundredth of a millisecond, which is less than the error of what can be measured. */
function percentile(counts: BucketCounts, quantile: number): number | null {
  const ms = quantileMs(counts, quantile);
  return ms === null ? null : Math.round(ms * 100) / 100;
}

/** CSV: a column for each figure. */
export function latencyCsv(query: AnalysisQuery, lines: AsyncIterable<Lines<Line>>): AsyncGenerator<Uint8Array> {
  const names = Object.keys(showDurations(new Map()));
  const columns = [
    ...(query.granularity === "total" ? [] : ["time"]),
    ...fieldsOf(query.group_by),
    ...Object.keys(showCounts({ cost_nano_usd: 0n, counts: new Float64Array() })),
    ...["latency", "first_byte"].flatMap((metric) => names.map((name) => `${metric}_${name}`)),
  ];
  return csvStream(columns, lines, (line): readonly Cell[] => [
    ...(query.granularity === "total" ? [] : [formatTime(line.start)]),
    ...fieldsOf(query.group_by).map((_, index) => ({ typed: String(line.fields[index] ?? "") })),
    ...[showCounts(line.figures), showDurations(line.latency), showDurations(line.first_byte)]
      .flatMap((shown) => Object.values(shown))
      .map((figure) => String(figure ?? "")),
  ]);
}
