import type { UpstreamError } from "../../../schema/canonical/parts.ts";

/** How often, and for how long, a request is tried again after failures that are free of charge. */
export interface RetryPolicy {
  /** Calls beyond one of each model. */
  readonly retries: number;
  /** No call begins later than this after the request came, but the first of each model. */
  readonly deadline_ms: number;
}

/** A provider's Retry-After is honoured to the millisecond; without one the pause doubles from the first to the largest. */
const FIRST_PAUSE_MS = 500;
const LARGEST_PAUSE_MS = 8_000;

/** The provider's own failures. What the caller did wrong, or a filter took offence at, would be so elsewhere too. */
const ELSEWHERE: ReadonlySet<UpstreamError["class"]> = new Set([
  "auth",
  "quota",
  "rate_limited",
  "overloaded",
  "not_found",
  "failed",
  "timeout",
]);

/** Those that pass by themselves. */
const PASSING: ReadonlySet<UpstreamError["class"]> = new Set(["rate_limited", "overloaded", "failed"]);

/** Whether another model may be asked after this failure. */
export const mayGoElsewhere = (error: UpstreamError): boolean => ELSEWHERE.has(error.class);

/** Whether the same model may be asked again after this failure. */
export const mayRetry = (error: UpstreamError): boolean => PASSING.has(error.class) && error.lasting !== true;

/** What is known of a model that may serve the request. */
export interface Contender {
  /** How often it was called. */
  readonly called: number;
  /** It is not called before this moment, milliseconds since the epoch; null where it is not called any more. */
  readonly ready_at: number | null;
  /** It is not called again after this moment. */
  readonly deadline_at: number;
}

/** Nobody has called it yet. */
export const FRESH: Contender = { called: 0, ready_at: 0, deadline_at: 0 };

/** Whether it was not called, and may be. */
export const isFresh = (contender: Contender | undefined): boolean =>
  contender !== undefined && contender.called === 0 && contender.ready_at !== null;

/** Not to be called again. */
export const outOfTurn = (contender: Contender): Contender => ({ ...contender, ready_at: null });

/**
 * A contender after a call that failed at `now`: ready again after what the provider asks for, or after a pause that
 * doubles with each call, of which the second half is random, so that those who failed together do not come back together.
 */
export function afterFailure(
  { called }: Contender,
  error: UpstreamError,
  at: { readonly now: number; readonly deadline_at: number; readonly random: number },
): Contender {
  const pause = Math.min(LARGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** called);
  const wait_ms = error.retry_after_ms ?? Math.round(pause / 2 + (at.random * pause) / 2);
  return {
    called: called + 1,
    ready_at: mayRetry(error) ? at.now + wait_ms : null,
    deadline_at: at.deadline_at,
  };
}

/**
 * Whose turn it is, by its place in the list, and after which wait: first everybody once, in order; then, as long as there
 * are retries, whoever is ready first. Null where nobody is, or not before its deadline.
 */
export function nextTurn(
  contenders: readonly Contender[],
  now: number,
  retries_left: number,
): { readonly place: number; readonly wait_ms: number } | null {
  const fresh = contenders.findIndex(isFresh);
  if (fresh !== -1) return { place: fresh, wait_ms: 0 };
  if (retries_left <= 0) return null;
  const turns = contenders.flatMap(({ called, ready_at, deadline_at }, place) => {
    const at = ready_at === null ? null : Math.max(now, ready_at);
    return at === null || at > deadline_at ? [] : [{ place, called, at }];
  });
  // A stable order: of equals the first.
  const [first] = turns.toSorted((a, b) => a.at - b.at || a.called - b.called);
  return first === undefined ? null : { place: first.place, wait_ms: first.at - now };
}
