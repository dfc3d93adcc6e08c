import * as z from "zod";
import type { AdminRoute } from "../http/route.ts";
import { type Analysis, answerAnalysis } from "../spend/answer-analysis.ts";
import { costLines, type Line } from "../spend/lines.ts";
import { type CostQuery, costBody, costQuery } from "../spend/query.ts";
import { REFUSALS } from "../spend/refusals.ts";
import { costCsv, costJson } from "../spend/render.ts";
import { SUM_LIMITS } from "../spend/sum.ts";

const figures = z.object({
  cost_usd: z.string().describe("Exact, nine places. Below zero when corrections gave back more than was charged."),
  cost_nano_usd: z.string().describe("The same in nano-dollars, as digits: it may be beyond what a number holds."),
  requests: z.int(),
  errors: z.int().describe("Of these, requests that failed and not by the caller's doing."),
  error_rate: z.number().nullable().describe("errors / requests; null without requests."),
  cache_hits: z.int(),
  cache_hit_rate: z.number().nullable(),
  saved_usd: z.string().describe("What requests that were answered from the cache would have cost more."),
  input_tokens: z.int(),
  output_tokens: z.int(),
  usage: z.record(z.string(), z.int()).describe("By component, those that are not 0."),
});

const change = {
  cost_change_usd: z.string().optional(),
  cost_change_percent: z.number().nullable().optional().describe("Null where nothing was spent before."),
};

const schema = z.object({
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  granularity: z.string(),
  time_zone: z.string(),
  group_by: z.array(z.string()),
  data: z
    .array(
      z.looseObject({
        time: z.iso.datetime().optional().describe("When the hour, day or month begins."),
        other: z.boolean().optional().describe("With `top`: whether this is all groups that are not shown."),
        ...figures.shape,
        previous: figures.optional().describe("With `compare`: the same of the period before."),
        ...change,
      }),
    )
    .describe(
      "By dimension: `team_id` and `team_name`, `wallet_id` and `wallet_name`, `key_id` and `key_name`, the others as they are called. By time, then the dearest first.",
    ),
  total: figures.describe("The sum of the rows."),
  total_usd: z.string(),
  previous: z.looseObject({ from: z.iso.datetime(), to: z.iso.datetime(), ...figures.shape }).optional(),
  ...change,
});

const shown = {
  cost_usd: "1.514636000",
  cost_nano_usd: "1514636000",
  requests: 1204,
  errors: 3,
  error_rate: 0.002492,
  cache_hits: 0,
  cache_hit_rate: 0,
  saved_usd: "0.000000000",
  input_tokens: 912_400,
  output_tokens: 301_118,
  usage: { input: 800_000, cached_read: 112_400, output: 301_118 },
};

const example: z.infer<typeof schema> = {
  from: "2026-11-01T00:00:00.000Z",
  to: "2026-12-01T00:00:00.000Z",
  granularity: "day",
  time_zone: "UTC",
  group_by: ["model"],
  data: [{ time: "2026-11-26T00:00:00.000Z", model: "openai/gpt-5-mini", ...shown }],
  total: shown,
  total_usd: "1.514636000",
};

const COSTS = {
  name: "cost",
  failed: "spend_not_summed",
  lines_max: SUM_LIMITS.groups,
  refusals: REFUSALS,
  lines: costLines,
  csv: costCsv,
  json: costJson,
} satisfies Analysis<CostQuery, Line>;

/** POST /v1/analytics/cost: what was spent, by anything that is known of a request. */
export const costRoute: AdminRoute = {
  tag: "Usage",
  security: "admin",
  permission: "analytics:read",
  headers: { accept: "`text/csv` answers CSV." },
  method: "post",
  path: "/v1/analytics/cost",
  operation_id: "analyseCost",
  summary: "Analyse costs",
  description: `Costs, requests, errors and tokens of a stretch of time, by up to three dimensions. Sums are exact, and their total is that of the wallets' ledgers. Who leads teams sees what was booked to those. At most ${SUM_LIMITS.groups} groups at a time; CSV without \`top\` and \`compare\` may have so many in each hour, day or month.`,
  body: {
    schema: costBody,
    example: {
      from: "2026-11-01T00:00:00Z",
      to: "2026-12-01T00:00:00Z",
      granularity: "day",
      group_by: ["model"],
      filter: { feature: ["search", "chat"] },
      top: 5,
      compare: "previous_period",
    },
  },
  responses: { 200: { description: "The sums; CSV has the same, a column each.", schema, example } },
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
    const parsed = costBody.parse(body);
    const query = costQuery(parsed, scope.started_at);
    return answerAnalysis(COSTS, { query, format: parsed.format, accept: http.headers.get("accept") }, scope, actor);
  },
};
