import { LIMITS } from "../kernel/limits.ts";
import type { BreakerState } from "./target-health.ts";

/** Keeps requests away from what fails. Pure: times and chance are arguments. */
export interface Breaker {
  readonly state: BreakerState;
  /** When it came to this state, in milliseconds since the epoch; 0 when it was never in another. */
  readonly since: number;
  /** When an open one becomes half open; null of others. */
  readonly until: number | null;
  /** Of a closed one: failures since the last call that went well. */
  readonly failures_in_a_row: number;
  /** How often it has opened without having been well for a while in between: the cool-down doubles with each. */
  readonly openings: number;
}

export const CLOSED: Breaker = { state: "closed", since: 0, until: null, failures_in_a_row: 0, openings: 0 };

/** Calls that have ended since the last look. */
export interface Seen {
  readonly ok: number;
  readonly failed: number;
  /** Failures after the last of them that went well. */
  readonly failed_last: number;
  /** The longest that the provider has asked to be left alone; null when it did not. */
  readonly retry_after_ms: number | null;
}

/** Calls of the last two minutes, those of `Seen` included. */
export interface Recent {
  readonly ok: number;
  readonly failed: number;
}

/** The breaker at a time: an open one is half open once its cool-down is over. */
export const breakerAt = (breaker: Breaker, now: number): Breaker =>
  breaker.state === "open" && breaker.until !== null && now >= breaker.until
    ? { ...breaker, state: "half_open", since: breaker.until, until: null }
    : breaker;

/**
 * The breaker after calls have ended. Closed: opens after failures in a row, or when half of enough recent calls failed.
 * Half open: closes when most went well, opens for twice as long when not. Open: stays so for its time, which a
 * Retry-After makes longer. `chance` is 0 to before 1: it spreads the cool-downs of what opened together.
 */
export function observe(breaker: Breaker, seen: Seen, recent: Recent, now: number, chance: number): Breaker {
  const before = breakerAt(breaker, now);
  if (seen.ok === 0 && seen.failed === 0) return before;
  switch (before.state) {
    case "closed": {
      const failures_in_a_row = seen.ok > 0 ? seen.failed_last : before.failures_in_a_row + seen.failed;
      const calls = recent.ok + recent.failed;
      const half = calls >= LIMITS.breaker_calls_least && recent.failed * 2 >= calls;
      const fails = failures_in_a_row >= LIMITS.breaker_failures_in_a_row || (half && seen.failed > 0);
      return fails ? opened(before, seen, now, chance) : { ...before, failures_in_a_row };
    }
    case "half_open":
      if (seen.failed > 0 && seen.failed >= seen.ok) return opened(before, seen, now, chance);
      return { ...before, state: "closed", since: now, failures_in_a_row: 0 };
    default:
      return { ...before, until: Math.max(before.until ?? now, now + asked(seen)) };
  }
}

function opened(before: Breaker, seen: Seen, now: number, chance: number): Breaker {
  const forgiven = before.state === "closed" && now - before.since >= LIMITS.breaker_forgiven_ms;
  const openings = forgiven ? 1 : before.openings + 1;
  const doubled = LIMITS.breaker_cool_down_ms * 2 ** Math.min(openings - 1, DOUBLED_MAX);
  const cool_down = Math.min(doubled, LIMITS.breaker_cool_down_longest_ms) * (1 - JITTER + 2 * JITTER * chance);
  const until = now + Math.max(Math.round(cool_down), asked(seen));
  return { state: "open", since: now, until, failures_in_a_row: 0, openings };
}

/** A fifth more or less. */
const JITTER = 0.2;
/** Beyond this the longest cool-down is reached whatever it begins with. */
const DOUBLED_MAX = 20;

const asked = ({ retry_after_ms }: Seen): number =>
  Math.min(Math.max(0, retry_after_ms ?? 0), LIMITS.breaker_retry_after_longest_ms);
