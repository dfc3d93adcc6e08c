import { type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import type { CompiledRule } from "../../../../schema/routing/decide.ts";
import type { RoutingRecord } from "../../../../schema/routing/routing-record.ts";
import type { Candidate } from "./candidate.ts";

/** What a rule made of a request. */
export interface Choice {
  readonly how: RoutingRecord["how"];
  /** The model, and what is tried where it fails. */
  readonly models: readonly [string, ...string[]];
  readonly candidates: RoutingRecord["candidates"];
  /** The best of them is half open: this request finds out how it is, or would have with a permit. */
  readonly probe?: { readonly model: string; readonly permitted: boolean } | null;
}

/** Those that can serve the request. */
export const able = <One extends Candidate>(candidates: readonly One[]): readonly One[] =>
  candidates.filter(({ left_out }) => left_out === undefined);

/** `ordered`, the best first; refused where there is none, with what is wrong with all `candidates`. */
export function choiceOf(
  how: Choice["how"],
  ordered: readonly Candidate[],
  candidates: readonly Candidate[],
  rule: CompiledRule,
): Choice | Refused {
  const [best, ...next] = upFirst(ordered);
  if (best === undefined) return noneOf(rule, candidates);
  const half_open = ordered.find(({ down }) => down !== true);
  const probe =
    half_open?.breaker === "half_open" ? { model: half_open.model, permitted: half_open.probe === true } : null;
  const listed = candidates.map(({ probe: _, ...one }) =>
    probe?.permitted === true && one.model === probe.model ? { ...one, probe: true as const } : one,
  );
  return { how, models: [best.model, ...next.map(({ model }) => model)], candidates: listed, probe };
}

/**
 * The candidates, those that are down behind all others: they are asked only where everything else has failed. One that is
 * half open keeps its place where it is the best and this request may find out how it is; else it stands behind, too.
 */
function upFirst(ordered: readonly Candidate[]): readonly Candidate[] {
  const best = ordered.find((one) => one.down !== true && (one.breaker === undefined || one.probe === true));
  const stands = (one: Candidate): boolean => one === best || (one.down !== true && one.breaker === undefined);
  return [...ordered.filter(stands), ...ordered.filter((one) => !stands(one))];
}

/** None of a rule's models can serve the request: why, one by one. */
export function noneOf({ name }: CompiledRule, candidates: readonly Candidate[]): Refused {
  const why = candidates.map(({ model, left_out }) => `${model}: ${left_out}`).join("; ");
  return refuse("no_provider_available", {
    message: `None of the models of the routing rule "${name}" can serve this request (${why}).`,
    param: "model",
  });
}
