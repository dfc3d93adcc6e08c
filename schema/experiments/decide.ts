import { differ } from "./compare.ts";
import type { Figures } from "./figures.ts";
import type { Guardrail, Metric, Promotion } from "./goals.ts";
import { watch } from "./guardrail.ts";

/** What an experiment is judged by. */
export interface Judged {
  readonly metric: Metric;
  readonly guardrails: readonly Guardrail[];
  readonly promotion: Promotion | null;
  /** Names of variants that were taken out. */
  readonly stopped: readonly string[];
}

export type Verdict =
  | { readonly kind: "stop"; readonly variant: string; readonly reason: string }
  | { readonly kind: "promote"; readonly variant: string; readonly reason: string };

/** How likely it is, over the life of an experiment, that a variant is stopped that does no harm. */
export const GUARDRAIL_ALPHA = 0.05;

/**
 * What is to be done: variants that do harm are stopped; where there are none, the best one that is proven to be better is
 * promoted. The first figures are the control's. Each question is asked at its part of the error that is allowed
 * (Bonferroni), so that many variants or guardrails are no better chance to be wrong.
 */
export function judge(judged: Judged, [control, ...others]: readonly [Figures, ...Figures[]]): readonly Verdict[] {
  const active = others.filter(({ variant }) => !judged.stopped.includes(variant));
  const stops = active.flatMap((other): Verdict[] => {
    const reason = harmOf(judged, control, other, others.length);
    return reason === null ? [] : [{ kind: "stop", variant: other.variant, reason }];
  });
  if (stops.length > 0) return stops;
  const winner = winnerOf(judged, control, active, others.length);
  return winner === null ? [] : [winner];
}

function harmOf({ guardrails }: Judged, control: Figures, other: Figures, comparisons: number): string | null {
  const alpha = GUARDRAIL_ALPHA / (guardrails.length * comparisons);
  for (const guardrail of guardrails) {
    const { value, limit, p_value } = watch(guardrail, control, other, alpha);
    if (p_value > alpha) continue;
    return `${guardrail.metric} is ${shown(value)}, above ${shown(limit)} (p = ${p_value.toPrecision(2)}).`;
  }
  return null;
}

function winnerOf(
  { metric, promotion }: Judged,
  control: Figures,
  active: readonly Figures[],
  comparisons: number,
): Verdict | null {
  if (promotion === null) return null;
  const alpha = (1 - promotion.confidence) / comparisons;
  const proven = active.flatMap((other) => {
    const compared = differ(control, other, metric, alpha);
    if (compared === null || !compared.better || compared.always_valid.p_value > alpha) return [];
    const enough = [control, other].every((figures) => countOf(figures, metric) >= promotion.min_samples);
    const lift = Math.abs(compared.lift ?? Number.POSITIVE_INFINITY);
    return enough && lift >= promotion.min_lift ? [{ other, lift, p_value: compared.always_valid.p_value }] : [];
  });
  const [best] = proven.toSorted((a, b) => b.lift - a.lift);
  if (best === undefined) return null;
  const percent = (100 * best.lift).toPrecision(3);
  return {
    kind: "promote",
    variant: best.other.variant,
    reason: `Its ${metric} is better than the control's by ${percent} % (p = ${best.p_value.toPrecision(2)}).`,
  };
}

const countOf = (figures: Figures, metric: Metric): number =>
  metric === "score" ? figures.score.count : metric === "success_rate" ? figures.requests : figures.latency.count;

const shown = (value: number | null): string => (value === null ? "unknown" : String(Number(value.toPrecision(4))));
