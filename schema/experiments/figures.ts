import { type BucketCounts, quantileMs } from "../kernel/log-buckets.ts";
import type { Metric } from "./goals.ts";
import { proportion, type Sample } from "./statistics/sample.ts";

/** What is known of one variant in one run. */
export interface Figures {
  readonly variant: string;
  /** Compared requests: those that were neither moved, failed over nor served from a cache. */
  readonly requests: number;
  /** Of these, where the provider failed. Everything below is of the others. */
  readonly errors: number;
  /** Of these, where the caller left before the end. */
  readonly cancelled: number;
  /** Counted apart. */
  readonly failed_over: number;
  readonly cached: number;
  readonly moved: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  /** Nano-dollars of an answered request, as first charged. */
  readonly cost: Sample;
  /** Milliseconds of an answered request. */
  readonly latency: Sample;
  readonly latencies: BucketCounts;
  /** Feedback, from 0 to 1. */
  readonly score: Sample;
}

/** The observations that a metric is the mean of. */
export function sampleOf(figures: Figures, metric: Metric): Sample {
  switch (metric) {
    case "success_rate":
      return proportion(figures.requests, figures.requests - figures.errors);
    case "cost":
      return figures.cost;
    case "latency":
      return figures.latency;
    case "score":
      return figures.score;
  }
}

/** Answered within this, in milliseconds, is the part `quantile` of the answered; null of nothing. */
export const latencyAt = (figures: Figures, quantile: number): number | null => quantileMs(figures.latencies, quantile);

const NOTHING: Sample = { count: 0, sum: 0, sum_of_squares: 0 };

/** Of a variant that no request met yet. */
export const noFigures = (variant: string): Figures => ({
  variant,
  requests: 0,
  errors: 0,
  cancelled: 0,
  failed_over: 0,
  cached: 0,
  moved: 0,
  input_tokens: 0,
  output_tokens: 0,
  cost: NOTHING,
  latency: NOTHING,
  latencies: new Map(),
  score: NOTHING,
});
