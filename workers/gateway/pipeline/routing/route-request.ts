import { isRefused, type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import { type CompiledRule, type Considered, decide } from "../../../../schema/routing/decide.ts";
import type { RoutingRecord } from "../../../../schema/routing/routing-record.ts";
import { type Attempt, type Plan, planRequest } from "../plan.ts";
import { lackOf, type RouteInput } from "./candidate.ts";
import { choose } from "./choose.ts";

export interface Routed {
  readonly plan: Plan;
  readonly routing: RoutingRecord;
}

/**
 * Which model serves a request: by the first rule that applies, else the one that the caller named. Only memory is read.
 * Refused by a rule that denies, and where the model that a rule names cannot be had.
 */
export function routeRequest(input: RouteInput): Routed | Refused {
  const { facts, snapshot } = input;
  const abroad = deniedCountry(facts.country, snapshot.countries);
  if (abroad !== null) return abroad;
  const { rule, considered } = decide(snapshot.rules, facts);
  const choice =
    rule === null ? { how: "asked" as const, models: [facts.model] as const, candidates: [] } : choose(rule, input);
  if (isRefused(choice)) return choice;
  const [first, ...others] = choice.models;
  const planned = planRequest(first, input.needed, input.key, snapshot, facts.at);
  if (isRefused(planned)) return rule === null ? planned : byRule(rule, planned);
  // A caller who names a model is taken at their word: what is known of it may be a guess. A rule must not guess.
  const lacking = rule === null ? null : lackOf(planned.plan.attempts[0], facts);
  if (rule !== null && lacking !== null) return byRule(rule, unable(first, lacking));
  return {
    plan: { attempts: [...planned.plan.attempts, ...others.flatMap((model) => attemptsOf(model, input))] },
    routing: {
      asked: facts.model,
      rule_id: rule?.id ?? null,
      rule: rule?.name ?? null,
      how: choice.how,
      ...passedOver(considered),
      candidates: [...choice.candidates],
    },
  };
}

/** A caller of whom the country is not known may be anywhere. */
function deniedCountry(country: string | null, countries: readonly string[] | null): Refused | null {
  if (countries === null || (country !== null && countries.includes(country))) return null;
  const where = country === null ? "a country that is not known" : `the country ${country}`;
  return refuse("region_denied", { message: `Your organisation allows no requests from ${where}.` });
}

/** Whoever reads the refusal did not name the model. */
const byRule = ({ name }: CompiledRule, { refused }: Refused): Refused => ({
  refused: {
    ...refused,
    message: `The routing rule "${name}" chose a model that cannot be used. ${refused.message ?? ""}`.trim(),
  },
});

const unable = (model: string, lacking: string): Refused =>
  refuse("unsupported_parameter", {
    message: `${model} cannot serve this request (${lacking}).`,
    param: lacking === "no vision" ? "messages" : lacking === "no tools" ? "tools" : "model",
  });

/** They were looked at before: those that cannot serve the request are not among them. */
function attemptsOf(model: string, { needed, key, snapshot, facts }: RouteInput): readonly Attempt[] {
  const planned = planRequest(model, needed, key, snapshot, facts.at);
  return isRefused(planned) ? [] : planned.plan.attempts;
}

/** Told with the request, so that it is explained by itself. */
const LISTED_MAX = 20;

function passedOver(considered: readonly Considered[]) {
  const failed = considered.flatMap(({ rule_id, failed: at }) => (at === null ? [] : [{ rule_id, failed: at }]));
  return {
    passed_over: failed.slice(0, LISTED_MAX),
    passed_over_more: Math.max(0, failed.length - LISTED_MAX),
  };
}
