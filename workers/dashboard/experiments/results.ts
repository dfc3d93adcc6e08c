import * as z from "zod";
import { type Comparison, compare, type Estimate, estimate } from "../../../schema/experiments/compare.ts";
import { GUARDRAIL_ALPHA } from "../../../schema/experiments/decide.ts";
import { stoppedVariantsSchema } from "../../../schema/experiments/experiment.ts";
import { type Figures, latencyAt } from "../../../schema/experiments/figures.ts";
import { guardrailsSchema, METRICS, promotionSchema } from "../../../schema/experiments/goals.ts";
import { watch } from "../../../schema/experiments/guardrail.ts";
import { loadFigures } from "../../../schema/experiments/load-figures.ts";
import type { Interval, Tested } from "../../../schema/experiments/statistics/interval.ts";
import { type Variants, variantsSchema } from "../../../schema/experiments/variants.ts";
import { formatUsdSum } from "../../../schema/kernel/money.ts";
import type { Row } from "../api/hooks.ts";

const rowSchema = z.object({
  id: z.string(),
  run: z.int(),
  status: z.string(),
  metric: z.enum(METRICS),
  variants: variantsSchema,
  guardrails: guardrailsSchema,
  promotion: promotionSchema.nullable(),
  stopped_variants: stoppedVariantsSchema,
});
type Read = z.infer<typeof rowSchema>;

const CONFIDENCE = 0.95;
const NANO = 1e9;

/** What is known of an experiment's last run. Throws what D1 throws. */
export async function resultsOf(db: D1Database, row: Row) {
  const read = rowSchema.parse(row);
  const { id: experiment_id, run, status, metric, variants } = read;
  const [control, ...others] = await loadFigures(db, { experiment_id, run, variants: namesOf(variants) });
  const confidence = read.promotion?.confidence ?? CONFIDENCE;
  const alpha = (1 - confidence) / others.length;
  return {
    experiment_id,
    run,
    status,
    metric,
    confidence,
    variants: [control, ...others].map((figures) => shownFigures(figures, read, 1 - CONFIDENCE)),
    comparisons: others.flatMap((other) =>
      METRICS.flatMap((one) => {
        const compared = compare(control, other, one, alpha);
        return compared === null ? [] : [shownComparison(other.variant, compared, alpha)];
      }),
    ),
    guardrails: others.flatMap((other) =>
      read.guardrails.map((guardrail) => {
        const share = GUARDRAIL_ALPHA / (read.guardrails.length * others.length);
        const { value, limit, p_value } = watch(guardrail, control, other, share);
        return { variant: other.variant, metric: guardrail.metric, value, limit, p_value };
      }),
    ),
  };
}

const namesOf = ([control, ...others]: Variants): [string, ...string[]] => [
  control.name,
  ...others.map(({ name }) => name),
];

function shownFigures(figures: Figures, { variants, stopped_variants }: Read, alpha: number) {
  const { variant, requests, errors, cancelled, failed_over, cached, moved, input_tokens, output_tokens } = figures;
  return {
    variant,
    control: variant === variants[0].name,
    stopped: stopped_variants.some((one) => one.variant === variant),
    percent: variants.find(({ name }) => name === variant)?.percent ?? 0,
    ...{ requests, errors, cancelled, failed_over, cached, moved, input_tokens, output_tokens },
    cost_usd: formatUsdSum(BigInt(figures.cost.sum)),
    p50_latency_ms: latencyAt(figures, 0.5),
    p95_latency_ms: latencyAt(figures, 0.95),
    success_rate: estimate(figures, "success_rate", alpha),
    latency: estimate(figures, "latency", alpha),
    cost: inDollars(estimate(figures, "cost", alpha)),
    score: estimate(figures, "score", alpha),
  };
}

const inDollars = (known: Estimate | null): Estimate | null =>
  known === null ? null : { ...known, mean: known.mean / NANO, low: known.low / NANO, high: known.high / NANO };

function shownComparison(variant: string, compared: Comparison, alpha: number) {
  const { metric, test, difference, lift, better, fixed, always_valid } = compared;
  const unit = metric === "cost" ? NANO : 1;
  return {
    variant,
    metric,
    test,
    difference: difference / unit,
    lift,
    better,
    significant: always_valid.p_value <= alpha,
    fixed: shownTest(fixed, unit),
    always_valid: shownTest(always_valid, unit),
  };
}

/** JSON has no infinity. */
function shownTest({ p_value, low, high }: Tested, unit: number): { p_value: number } & Nullable<Interval> {
  const finite = (value: number) => (Number.isFinite(value) ? value / unit : null);
  return { p_value, low: finite(low), high: finite(high) };
}

type Nullable<T> = { readonly [Name in keyof T]: T[Name] | null };
