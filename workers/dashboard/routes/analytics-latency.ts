import * as z from "zod";
import { refuse } from "../../../schema/kernel/errors.ts";
import { RELATIVE_ERROR } from "../../../schema/kernel/log-buckets.ts";
import type { AdminRoute } from "../http/route.ts";
import { type Line, latencyLines } from "../latency/lines.ts";
import { latencyBody, latencyQuery } from "../latency/query.ts";
import { latencyCsv, latencyJson } from "../latency/render.ts";
import { type Analysis, answerAnalysis } from "../spend/answer-analysis.ts";
import type { AnalysisQuery } from "../spend/query.ts";
import { REFUSALS } from "../spend/refusals.ts";

const ms = z.number().nullable().describe("Milliseconds; null of nothing.");
const durations = z.object({ requests: z.int().describe("Of how many."), p50_ms: ms, p95_ms: ms, p99_ms: ms });

const schema = z.object({
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  granularity: z.string(),
  time_zone: z.string(),
  group_by: z.array(z.string()),
  relative_error: z.number().describe("How far a percentile may be off, as a part of itself."),
  data: z
    .array(
      z.object({
        time: z.iso.datetime().optional().describe("When the hour, day or month begins."),
        provider: z.string().optional(),
        model: z.string().optional(),
        requests: z.int(),
        errors: z.int().describe("Of these, requests that failed and not by the caller's doing."),
        error_rate: z.number().nullable(),
        cache_hits: z.int(),
        cache_hit_rate: z.number().nullable(),
        latency: durations.describe("From the request to the end of the answer, of answers that were delivered."),
        first_byte: durations.describe("From the request to the first byte, of all requests that got one."),
      }),
    )
    .describe("By time, then those with the most requests first."),
});

const example: z.infer<typeof schema> = {
  from: "2026-11-01T00:00:00.000Z",
  to: "2026-12-01T00:00:00.000Z",
  granularity: "total",
  time_zone: "UTC",
  group_by: ["provider", "model"],
  relative_error: RELATIVE_ERROR,
  data: [
    {
      provider: "openai",
      model: "openai/gpt-5-mini",
      requests: 1204,
      errors: 3,
      error_rate: 0.002492,
      cache_hits: 0,
      cache_hit_rate: 0,
      latency: { requests: 1190, p50_ms: 812.52, p95_ms: 2_984.11, p99_ms: 7_021.73 },
      first_byte: { requests: 640, p50_ms: 301.88, p95_ms: 618.2, p99_ms: 1_204.9 },
    },
  ],
};

/** Counts know less than sums of money do. */
const LOG_DELETED = refuse("invalid_request", {
  message:
    "A part of that time is not in the request log any more, see AO_LOG_DAYS. Ask for a later time; or for whole hours, filtered by nothing but provider and model: their counts are kept for ever.",
  param: "from",
}).refused;

/** A row holds its counts, some hundred buckets: 10 KB each, of the 128 MB of a Worker. */
const MOST_LINES = 5_000;

const LATENCIES = {
  name: "latency",
  failed: "latency_not_counted",
  lines_max: MOST_LINES,
  refusals: { ...REFUSALS, log_deleted: LOG_DELETED },
  lines: latencyLines,
  csv: latencyCsv,
  json: latencyJson,
} satisfies Analysis<AnalysisQuery, Line>;

/** POST /v1/analytics/latency: how fast and how well providers and models answer. */
export const latencyRoute: AdminRoute = {
  tag: "Usage",
  security: "admin",
  permission: "analytics:read",
  headers: { accept: "`text/csv` answers CSV." },
  method: "post",
  path: "/v1/analytics/latency",
  operation_id: "analyseLatency",
  summary: "Analyse latencies",
  description: `Percentiles of latency and of the time to the first byte, error rate and cache hit rate, by provider and model, of the requests that fit a filter. Who leads teams sees those of their requests. A percentile is off by at most ${RELATIVE_ERROR * 100} % of itself, over any time.`,
  body: {
    schema: latencyBody,
    example: {
      from: "2026-11-01T00:00:00Z",
      to: "2026-12-01T00:00:00Z",
      granularity: "day",
      group_by: ["model"],
      filter: { provider: "openai" },
    },
  },
  responses: { 200: { description: "The percentiles; CSV has the same, a column each.", schema, example } },
  errors: [
    "invalid_request",
    "invalid_api_key",
    "not_signed_in",
    "origin_denied",
    "forbidden",
    "payload_too_large",
    "store_unavailable",
  ],
  handle({ http, body }, scope, actor) {
    const parsed = latencyBody.parse(body);
    const query = latencyQuery(parsed, scope.started_at);
    return answerAnalysis(
      LATENCIES,
      { query, format: parsed.format, accept: http.headers.get("accept") },
      scope,
      actor,
    );
  },
};
