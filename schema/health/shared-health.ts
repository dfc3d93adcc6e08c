import * as z from "zod";
import { breakerAt, CLOSED } from "./breaker.ts";
import {
  BREAKER_STATES,
  type BreakerState,
  HEALTH_STATES,
  type HealthState,
  type TargetHealth,
} from "./target-health.ts";

const breakerSchema = z.object({
  state: z.enum(BREAKER_STATES),
  since: z.int(),
  until: z.int().nullable(),
  failures_in_a_row: z.int(),
  openings: z.int(),
});

const targetSchema = z.object({
  breaker: breakerSchema,
  ok: z.int(),
  failed: z.int(),
  latency_p50_ms: z.int().nullable(),
  latency_p95_ms: z.int().nullable(),
  first_byte_p50_ms: z.int().nullable(),
  first_byte_p95_ms: z.int().nullable(),
});
/** A provider or a model as its monitor has it. */
export type SharedTarget = z.infer<typeof targetSchema>;

/** What a provider's monitor tells all isolates: in the answer to what they report, and in `provider_health.detail`. */
export const sharedHealthSchema = z.object({
  /** When it was told, in milliseconds since the epoch: of two the later is right. */
  at: z.int(),
  state: z.enum(HEALTH_STATES),
  provider: targetSchema,
  /** By name, without the provider's id: those that were called lately or whose breaker is not closed. */
  models: z.record(z.string(), targetSchema),
});
export type SharedHealth = z.infer<typeof sharedHealthSchema>;

const BLANK: SharedTarget = {
  breaker: CLOSED,
  ok: 0,
  failed: 0,
  latency_p50_ms: null,
  latency_p95_ms: null,
  first_byte_p50_ms: null,
  first_byte_p95_ms: null,
};

/** Of a provider whose state alone is known. */
export const sharedState = (state: HealthState): SharedHealth => ({ at: 0, state, provider: BLANK, models: {} });

/** Figures are of two minutes: after as long again nothing of them is true any more. */
const FIGURES_KEPT_MS = 240_000;

/** How a model is at a time, or the provider as a whole where `model` is null. Its probes are not the monitor's to count. */
export function targetHealth(shared: SharedHealth, model: string | null, now: number): TargetHealth {
  const provider = breakerAt(shared.provider.breaker, now).state;
  const target = model === null ? shared.provider : ownOf(shared.models, model);
  const own = target === null ? "closed" : breakerAt(target.breaker, now).state;
  const breaker = worse(provider, own);
  const {
    ok,
    failed,
    breaker: _,
    ...latencies
  } = target === null || now - shared.at > FIGURES_KEPT_MS ? BLANK : target;
  const calls = ok + failed;
  return {
    state: stateOf(breaker, shared.state, model === null ? null : { ok, failed }),
    breaker,
    probe: false,
    calls,
    error_rate: calls === 0 ? null : failed / calls,
    ...latencies,
  };
}

const ownOf = (models: SharedHealth["models"], model: string): SharedTarget | null =>
  Object.hasOwn(models, model) ? (models[model] ?? null) : null;

const RANK: Readonly<Record<BreakerState, number>> = { closed: 0, half_open: 1, open: 2 };
const worse = (a: BreakerState, b: BreakerState): BreakerState => (RANK[a] >= RANK[b] ? a : b);

/** A model that was called lately is as its calls went; else as its provider is. */
function stateOf(
  breaker: BreakerState,
  provider: HealthState,
  calls: { readonly ok: number; readonly failed: number } | null,
): HealthState {
  if (breaker === "open") return "down";
  if (breaker === "half_open") return "degraded";
  if (calls === null || calls.ok + calls.failed === 0 || provider === "down") return provider;
  return calls.failed > 0 && calls.failed * 10 >= calls.ok + calls.failed ? "degraded" : "healthy";
}
