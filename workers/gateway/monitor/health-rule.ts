import type { BreakerState, HealthState } from "../../../schema/health/target-health.ts";
import { LIMITS } from "../../../schema/kernel/limits.ts";

/** What is known of a provider at one moment. */
export interface Evidence {
  /** Whether the last probe went well; null when there was none. */
  readonly last_probe_ok: boolean | null;
  readonly failed_probes_in_a_row: number;
  /** Calls of the last two minutes. */
  readonly live_ok: number;
  readonly live_failed: number;
  /** The provider's own. */
  readonly breaker: BreakerState;
}

/**
 * How a provider is. Down: its breaker is open, or three probes in a row failed and live calls do not say otherwise (a key may
 * be good for inference and not for the list of models). Degraded: its breaker is half open, a probe failed, or a tenth of the
 * live calls.
 */
export function judgeHealth(evidence: Evidence): HealthState {
  const { last_probe_ok, failed_probes_in_a_row, live_ok, live_failed, breaker } = evidence;
  const live = live_ok + live_failed;
  const tells = live >= LIMITS.monitor_live_calls_least;
  if (breaker === "open") return "down";
  if (failed_probes_in_a_row >= LIMITS.monitor_failed_probes && !tells) return "down";
  if (breaker === "half_open" || failed_probes_in_a_row > 0) return "degraded";
  if (live_failed > 0 && live_failed * 10 >= live) return "degraded";
  return last_probe_ok === true || live_ok > 0 ? "healthy" : "unknown";
}
