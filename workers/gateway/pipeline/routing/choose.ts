import { type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import { type Action, type ActionKind, isOf, kindOf, STICKY_BY } from "../../../../schema/routing/action.ts";
import type { CompiledRule } from "../../../../schema/routing/decide.ts";
import { chooseByWeight } from "../../../../schema/routing/split.ts";
import { bySpeed } from "./by-speed.ts";
import { type Candidate, candidate, costAsked, type RouteInput } from "./candidate.ts";
import { able, type Choice, choiceOf, noneOf } from "./choice.ts";
import { inTurn } from "./in-turn.ts";
import { judgeSla, MET } from "./judge-sla.ts";

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
  fastest: bySpeed,
  round_robin: inTurn,
  fallback: inOrder,
  downgrade: byWalletUse,
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
  const by = rule.action.by !== undefined && isOf(STICKY_BY, rule.action.by) ? rule.action.by : "request";
  const candidates = split.map((option) => ({ ...option, ...leftOut(candidate(option.model, input)) }));
  const [first, ...others] = able(candidates) as readonly (Candidate & { readonly weight: number })[];
  if (first === undefined) return noneOf(rule, candidates);
  const { model } = chooseByWeight([first, ...others], {
    key: rule.id,
    subject: subjectOf(by, input),
    nameOf: (option) => option.model,
  });
  return { how: "split", models: [model], candidates };
}

const leftOut = ({ left_out }: Candidate) => (left_out === undefined ? {} : { left_out });

function subjectOf(by: "request" | "subject" | "key", { facts, request_id }: RouteInput): string {
  if (by === "request") return request_id;
  return by === "subject" ? (facts.subject ?? facts.key) : facts.key;
}

/** The least dear of those that can serve the request and keep to the rule's `sla`, or miss it least. Of equals the first. */
function byCost(models: readonly string[], rule: CompiledRule, input: RouteInput): Choice | Refused {
  const { sla } = rule.action;
  const judged = models.map((model) => {
    const one = candidate(model, input);
    const { misses, excess } = sla === undefined || one.left_out !== undefined ? MET : judgeSla(sla, model, input);
    return { one: excess === 0 ? one : { ...one, misses }, excess };
  });
  const candidates = judged.map(({ one }) => one);
  const cost = (one: Candidate): number => one.cost_nano_usd ?? Number.POSITIVE_INFINITY;
  // A stable order: of equals the first.
  const ordered = judged.toSorted((a, b) => a.excess - b.excess || cost(a.one) - cost(b.one)).map(({ one }) => one);
  return choiceOf("cheapest", able(ordered), candidates, rule);
}

/** As they are listed, without those that cannot serve the request. */
function inOrder(models: readonly string[], rule: CompiledRule, input: RouteInput): Choice | Refused {
  const candidates = models.map((model) => candidate(model, input));
  return choiceOf("fallback", able(candidates), candidates, rule);
}

/** The first cheaper one once the wallet is used up that far; what is not known is not above anything. */
function byWalletUse(
  { to, above_percent }: NonNullable<Action["downgrade"]>,
  rule: CompiledRule,
  input: RouteInput,
): Choice | Refused {
  const { model, wallet_used_percent } = input.facts;
  const asked: Choice = { how: "asked", models: [model], candidates: [] };
  if (wallet_used_percent === null || wallet_used_percent <= above_percent) return asked;
  const most = costAsked(input) ?? Number.POSITIVE_INFINITY;
  const candidates = to.map((name) => {
    const one = candidate(name, input);
    const dear = one.left_out === undefined && (one.cost_nano_usd ?? 0) >= most;
    return dear ? { ...one, left_out: "not cheaper" } : one;
  });
  const cheaper = able(candidates);
  return cheaper.length === 0 ? { ...asked, candidates } : choiceOf("downgrade", cheaper, candidates, rule);
}
