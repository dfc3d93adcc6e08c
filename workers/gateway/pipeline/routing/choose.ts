import { type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import { type Action, type ActionKind, kindOf } from "../../../../schema/routing/action.ts";
import type { CompiledRule } from "../../../../schema/routing/decide.ts";
import type { RoutingRecord } from "../../../../schema/routing/routing-record.ts";
import { chooseByWeight } from "../../../../schema/routing/split.ts";
import { able, type Candidate, candidate, type RouteInput } from "./candidate.ts";

/** What a rule made of a request. */
export interface Choice {
  readonly how: RoutingRecord["how"];
  /** The model, and what is tried where it fails. */
  readonly models: readonly [string, ...string[]];
  readonly candidates: RoutingRecord["candidates"];
}

type Chooser<Kind extends keyof Action> = (
  value: NonNullable<Action[Kind]>,
  rule: CompiledRule,
  input: RouteInput,
) => Choice | Refused;

/** Each kind of action, and how it chooses. */
const CHOOSERS: { readonly [Kind in ActionKind]: Chooser<Kind> } = {
  deny: (why) => refuse("policy_denied", { message: why, param: "model" }),
  model: (model) => ({ how: "model", models: [model], candidates: [] }),
  split: bySplit,
  cheapest: byCost,
  fallback: inOrder,
};

/** What the rule's action makes of the request; refused where none of its models can serve it, or where it denies. */
export function choose(rule: CompiledRule, input: RouteInput): Choice | Refused {
  const kind = kindOf(rule.action);
  // The table's entry for a kind takes that kind's value: TypeScript does not follow this through a union.
  const chooser = CHOOSERS[kind] as Chooser<typeof kind>;
  return chooser(rule.action[kind] as never, rule, input);
}

/** By weight, among those that can serve the request: whoever would get another falls to the rest, by their weights. */
function bySplit(split: NonNullable<Action["split"]>, rule: CompiledRule, input: RouteInput): Choice | Refused {
  const { by = "request" } = rule.action;
  const candidates = split.map((option) => ({ ...option, ...leftOut(candidate(option.model, input)) }));
  const [first, ...others] = able(candidates) as readonly (Candidate & { readonly weight: number })[];
  if (first === undefined) return noneOf(rule, candidates);
  const { model } = chooseByWeight([first, ...others], rule.id, subjectOf(by, input));
  return { how: "split", models: [model], candidates };
}

const leftOut = ({ left_out }: Candidate) => (left_out === undefined ? {} : { left_out });

function subjectOf(by: "request" | "subject" | "key", { facts, request_id }: RouteInput): string {
  if (by === "request") return request_id;
  return by === "subject" ? (facts.subject ?? facts.key) : facts.key;
}

/** The least dear of those that can serve the request. Of equals the first. */
function byCost(models: readonly string[], rule: CompiledRule, input: RouteInput): Choice | Refused {
  const candidates = models.map((model) => candidate(model, input));
  const cost = (one: Candidate): number => one.cost_nano_usd ?? Number.POSITIVE_INFINITY;
  // A stable order: of equals the first.
  const [first, ...others] = upFirst(able(candidates).toSorted((a, b) => cost(a) - cost(b)));
  return first === undefined ? noneOf(rule, candidates) : { how: "cheapest", models: [first, ...others], candidates };
}

/** As they are listed, without those that cannot serve the request. */
function inOrder(models: readonly string[], rule: CompiledRule, input: RouteInput): Choice | Refused {
  const candidates = models.map((model) => candidate(model, input));
  const [first, ...others] = upFirst(able(candidates));
  return first === undefined ? noneOf(rule, candidates) : { how: "fallback", models: [first, ...others], candidates };
}

/**
 * The models, those of providers that are known to be down behind all others: they are asked only where everything else has
 * failed. That a provider is up again is for its monitor to find out, not for a request.
 */
const upFirst = (candidates: readonly Pick<Candidate, "model" | "down">[]): readonly string[] =>
  [...candidates.filter(({ down }) => down !== true), ...candidates.filter(({ down }) => down === true)].map(
    ({ model }) => model,
  );

function noneOf({ name }: CompiledRule, candidates: readonly Candidate[]): Refused {
  const why = candidates.map(({ model, left_out }) => `${model}: ${left_out}`).join("; ");
  return refuse("no_provider_available", {
    message: `None of the models of the routing rule "${name}" can serve this request (${why}).`,
    param: "model",
  });
}
