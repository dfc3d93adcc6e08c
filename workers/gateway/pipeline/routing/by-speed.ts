import type { Refused } from "../../../../schema/kernel/errors.ts";
import { BUCKETS, bucketOf } from "../../../../schema/routing/bucket.ts";
import type { CompiledRule } from "../../../../schema/routing/decide.ts";
import { candidate, type RouteInput } from "./candidate.ts";
import { able, type Choice, choiceOf } from "./choice.ts";
import { turned } from "./in-turn.ts";

/** Fewer calls do not tell how fast a model is. */
const CALLS_LEAST = 5;
/** Of BUCKETS: so many requests go first to models that are not known, a twentieth. */
const TRIED_BUCKETS = BUCKETS / 20;

/**
 * The least latency of the last two minutes first; of equals the first in the list. A twentieth of the requests goes first
 * to those that are not known, in turn: they become known by it. Where none is known, each has its turn.
 */
export function bySpeed(models: readonly string[], rule: CompiledRule, input: RouteInput): Choice | Refused {
  const candidates = models.map((model) => {
    const one = candidate(model, input);
    return one.left_out === undefined ? { ...one, measured_ms: measured(model, rule, input) } : one;
  });
  const speed = (one: (typeof candidates)[number]): number | null => one.measured_ms ?? null;
  const usable = able(candidates);
  const known = usable.filter((one) => speed(one) !== null).toSorted((a, b) => (speed(a) ?? 0) - (speed(b) ?? 0));
  const unknown = turned(
    usable.filter((one) => speed(one) === null),
    rule,
    input,
  );
  const tries = bucketOf(`${rule.id} unknown`, input.request_id) < TRIED_BUCKETS;
  const ordered = tries ? [...unknown, ...known] : [...known, ...unknown];
  return choiceOf("fastest", ordered, candidates, rule);
}

function measured(model: string, { action }: CompiledRule, { facts }: RouteInput): number | null {
  const health = facts.health(model);
  if (health.calls < CALLS_LEAST) return null;
  const { by = "latency", percentile = "p50" } = action;
  if (by === "first_byte") return percentile === "p95" ? health.first_byte_p95_ms : health.first_byte_p50_ms;
  return percentile === "p95" ? health.latency_p95_ms : health.latency_p50_ms;
}
