/** How a provider is. `unknown`: nothing was heard of it lately. */
export const HEALTH_STATES = ["unknown", "healthy", "degraded", "down"] as const;
export type HealthState = (typeof HEALTH_STATES)[number];

/** `open`: asked last. `half_open`: asked first by a few requests, which find out whether it is well again. */
export const BREAKER_STATES = ["closed", "open", "half_open"] as const;
export type BreakerState = (typeof BREAKER_STATES)[number];

/** How a provider, or one model of it, has done in the last two minutes, as far as it is known here. */
export interface TargetHealth {
  readonly state: HealthState;
  readonly breaker: BreakerState;
  /** Whether this request may be one of those that find out. */
  readonly probe: boolean;
  /** Calls that the figures come from. */
  readonly calls: number;
  /** The share of calls that failed, 0 to 1; null without a call. Mistakes of callers do not count. */
  readonly error_rate: number | null;
  /** Of calls that went well; null without one. */
  readonly latency_p50_ms: number | null;
  readonly latency_p95_ms: number | null;
  readonly first_byte_p50_ms: number | null;
  readonly first_byte_p95_ms: number | null;
}

/** The health of what is named: a provider, `openai`, or a model, `openai/gpt-5`. Memory alone is read. */
export type HealthLookup = (target: string) => TargetHealth;

/** Of what nothing is known. */
export const UNKNOWN_HEALTH: TargetHealth = {
  state: "unknown",
  breaker: "closed",
  probe: false,
  calls: 0,
  error_rate: null,
  latency_p50_ms: null,
  latency_p95_ms: null,
  first_byte_p50_ms: null,
  first_byte_p95_ms: null,
};

export const unknownHealth: HealthLookup = () => UNKNOWN_HEALTH;
