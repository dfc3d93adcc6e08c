import * as z from "zod";
import { METRICS } from "../../../schema/experiments/goals.ts";
import { experiment } from "../../../schema/resources/experiment.ts";
import { notFound } from "../api/row-response.ts";
import { readRow } from "../api/rows.ts";
import { resultsOf } from "../experiments/results.ts";
import { json } from "../http/respond.ts";
import type { AdminRoute } from "../http/route.ts";
import { databaseOf } from "../store/database.ts";

const shownEstimate = z
  .object({ count: z.int(), mean: z.number(), low: z.number(), high: z.number() })
  .nullable()
  .describe("The mean and its 95 % interval; null where too little is known.");

const tested = z.object({
  p_value: z.number(),
  low: z.number().nullable().describe("Null is unbounded."),
  high: z.number().nullable(),
});

const resultsSchema = z.object({
  experiment_id: z.string(),
  run: z.int(),
  status: z.string(),
  metric: z.enum(METRICS),
  confidence: z.number(),
  variants: z.array(
    z.object({
      variant: z.string(),
      control: z.boolean(),
      stopped: z.boolean(),
      percent: z.number().describe("The share that it should have."),
      requests: z.int().describe("Compared requests."),
      errors: z.int(),
      cancelled: z.int(),
      failed_over: z.int().describe("Counted apart: another model has answered."),
      cached: z.int().describe("Counted apart."),
      moved: z.int().describe("Counted apart: served in the place of a variant that was stopped."),
      input_tokens: z.int(),
      output_tokens: z.int(),
      cost_usd: z.string().describe("Of all answered requests."),
      p50_latency_ms: z.number().nullable(),
      p95_latency_ms: z.number().nullable(),
      success_rate: shownEstimate,
      latency: shownEstimate.describe("Milliseconds."),
      cost: shownEstimate.describe("Dollars of an answered request."),
      score: shownEstimate.describe("Feedback, from 0 to 1."),
    }),
  ),
  comparisons: z.array(
    z.object({
      variant: z.string(),
      metric: z.enum(METRICS),
      test: z.enum(["two_proportions", "welch"]),
      difference: z.number().describe("The variant's mean less the control's."),
      lift: z.number().nullable().describe("The same as a part of the control's."),
      better: z.boolean(),
      significant: z.boolean().describe("By the always-valid test."),
      fixed: tested.describe(
        "For one look at a number of requests that was decided before. Looking often makes it lie.",
      ),
      always_valid: tested.describe("However often somebody looks."),
    }),
  ),
  guardrails: z.array(
    z.object({
      variant: z.string(),
      metric: z.string(),
      value: z.number().nullable(),
      limit: z.number().nullable(),
      p_value: z.number().describe("Always valid; a variant is stopped where it is small."),
    }),
  ),
});
export type Results = z.infer<typeof resultsSchema>;

/** GET /v1/experiments/{id}/results: what is known of the variants. */
export const experimentResultsRoute: AdminRoute = {
  tag: "Routing",
  security: "admin",
  permission: "experiments:read",
  method: "get",
  path: "/v1/experiments/{id}/results",
  operation_id: "getExperimentResults",
  summary: "Show the results of an experiment",
  description:
    "The figures of the last run, each variant against the control. `always_valid` holds however often you look; `fixed` is the classical test, for one look at a number of requests that was decided before.",
  params: { id: "The experiment's id." },
  headers: {},
  body: null,
  responses: { 200: { description: "The figures, up to some seconds ago.", schema: resultsSchema } },
  errors: ["invalid_api_key", "not_signed_in", "forbidden", "not_found", "store_unavailable"],
  async handle({ params }, scope, actor) {
    const row = await readRow(databaseOf(scope.env.DB), experiment, actor.org_id, params.id ?? "");
    if (row === null) return notFound(scope, experiment);
    return json(scope, await resultsOf(scope.env.DB, row));
  },
};
