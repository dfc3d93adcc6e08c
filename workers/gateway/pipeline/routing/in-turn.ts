import type { Refused } from "../../../../schema/kernel/errors.ts";
import { BUCKETS, bucketOf } from "../../../../schema/routing/bucket.ts";
import type { CompiledRule } from "../../../../schema/routing/decide.ts";
import { candidate, type RouteInput } from "./candidate.ts";
import { able, type Choice, choiceOf } from "./choice.ts";

/** Each that can serve the request in turn; the others follow it in their order. What is down has no turn. */
export function inTurn(models: readonly string[], rule: CompiledRule, input: RouteInput): Choice | Refused {
  const candidates = models.map((model) => candidate(model, input));
  const usable = able(candidates);
  // Were they turned along, all their turns would fall to the one that stands behind them.
  const up = usable.filter(({ down }) => down !== true);
  const down = usable.filter((one) => !up.includes(one));
  return choiceOf("round_robin", [...turned(up, rule, input), ...down], candidates, rule);
}

/**
 * The list begun at a place that the request's id tells. No counter is shared and none is waited for: over many requests
 * each place comes as often as the others.
 */
export function turned<One>(list: readonly One[], { id }: CompiledRule, { request_id }: RouteInput): readonly One[] {
  const at = Math.floor((bucketOf(`${id} turn`, request_id) / BUCKETS) * list.length);
  return [...list.slice(at), ...list.slice(0, at)];
}
