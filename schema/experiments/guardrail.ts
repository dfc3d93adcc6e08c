import { bucketMs } from "../kernel/log-buckets.ts";
import { type Figures, latencyAt, sampleOf } from "./figures.ts";
import type { Guardrail } from "./goals.ts";
import { alwaysValid, type Difference } from "./statistics/always-valid.ts";
import { type Moments, momentsOf, proportion } from "./statistics/sample.ts";

export interface GuardrailState {
  readonly guardrail: Guardrail;
  /** The variant's: a share, milliseconds, or dollars. Null where too little is known. */
  readonly value: number | null;
  /** The most that it may be. */
  readonly limit: number | null;
  /** Always valid: how likely this is where the variant keeps the guardrail. 1 while it looks as if it does. */
  readonly p_value: number;
}

const QUANTILE = 0.95;
const NANO = 1e9;

/** Whether a variant does harm, by a test that may be asked at any time. */
export function watch(guardrail: Guardrail, control: Figures, other: Figures, alpha: number): GuardrailState {
  const watched =
    guardrail.metric === "p95_latency"
      ? watchedQuantile(guardrail, control, other)
      : watchedMean(guardrail, control, other);
  if (watched === null) return { guardrail, value: null, limit: null, p_value: 1 };
  const { excess, value, limit } = watched;
  const p_value = excess.value > 0 ? alwaysValid(excess, alpha).p_value : 1;
  return { guardrail, value, limit, p_value };
}

interface Watched {
  /** Above 0: it does harm. */
  readonly excess: Difference;
  readonly value: number;
  readonly limit: number;
}

function watchedMean({ metric, max, max_increase }: Guardrail, control: Figures, other: Figures): Watched | null {
  const [a, b] = [control, other].map((figures) => (metric === "error_rate" ? errorsOf(figures) : costsOf(figures)));
  if (b == null) return null;
  if (max !== undefined) {
    // Where it is kept, a share has the variance of the bound at most.
    const variance = metric === "error_rate" ? max * Math.max(0, 1 - max) : b.variance;
    return {
      excess: { value: b.mean - max, variance: variance / b.count, counts: [b.count] },
      value: b.mean,
      limit: max,
    };
  }
  if (a == null) return null;
  const factor = 1 + (max_increase ?? 0);
  const variance =
    metric === "error_rate" ? boundVariance(a, b, factor) : b.variance / b.count + (factor ** 2 * a.variance) / a.count;
  const excess = { value: b.mean - factor * a.mean, variance, counts: [b.count, a.count] } as const;
  return { excess, value: b.mean, limit: factor * a.mean };
}

/** Of two shares of which one is exactly `factor` times the other: what both together say of them. */
function boundVariance(a: Moments, b: Moments, factor: number): number {
  const share = (a.mean * a.count + b.mean * b.count) / (a.count + factor * b.count);
  const own = (p: number) => Math.max(0, p * (1 - p));
  return own(Math.min(1, factor * share)) / b.count + (factor ** 2 * own(share)) / a.count;
}

const errorsOf = ({ requests, errors }: Figures): Moments | null => momentsOf(proportion(requests, errors));

/** In dollars. */
function costsOf(figures: Figures): Moments | null {
  const moments = momentsOf(sampleOf(figures, "cost"));
  return moments === null ? null : { ...moments, mean: moments.mean / NANO, variance: moments.variance / NANO ** 2 };
}

/**
 * A quantile is above a limit where more than a twentieth of all lie above it, and that is a share. Against the control, the
 * limit is itself uncertain: in terms of the share by as much as a twentieth of the control's own.
 */
function watchedQuantile({ max, max_increase }: Guardrail, control: Figures, other: Figures): Watched | null {
  const value = latencyAt(other, QUANTILE);
  const base = max === undefined ? latencyAt(control, QUANTILE) : null;
  const limit = max ?? (base === null ? null : base * (1 + (max_increase ?? 0)));
  if (value === null || limit === null) return null;
  const count = other.latency.count;
  const above = [...other.latencies].reduce((sum, [bucket, n]) => (bucketMs(bucket) > limit ? sum + n : sum), 0);
  const counts = max === undefined ? ([count, control.latency.count] as const) : ([count] as const);
  const variance = QUANTILE * (1 - QUANTILE) * counts.reduce((sum, n) => sum + 1 / n, 0);
  return { excess: { value: above / count - (1 - QUANTILE), variance, counts }, value, limit };
}
