import type { CacheSetting } from "../../../../schema/caching/cache-setting.ts";
import type { Parameters } from "../../../../schema/experiments/parameters.ts";
import { isRefused, type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import { type CompiledRule, type Considered, decide } from "../../../../schema/routing/decide.ts";
import type { RoutingRecord } from "../../../../schema/routing/routing-record.ts";
import type { TextsSetting } from "../../stores/org-snapshot.ts";
import type { RetryPolicy } from "../attempt-turns.ts";
import { type Enrolment, enroll } from "../experiments/enroll.ts";
import type { Attempt, Plan } from "../plan.ts";
import { retryPolicy } from "../retry-policy.ts";
import { lackOf, planFor, type RouteInput } from "./candidate.ts";
import type { Choice } from "./choice.ts";
import { choose } from "./choose.ts";
import { pricedFacts } from "./request-shape.ts";

export interface Routed {
  readonly plan: Plan;
  readonly routing: RoutingRecord;
  readonly retry: RetryPolicy;
  /** What the request can find out of a model that is half open. */
  readonly probe: NonNullable<Choice["probe"]> | null;
  /** What the variant of an experiment changes of the request; null is nothing. */
  readonly parameters: Parameters | null;
  /** The org's settings of the response cache. */
  readonly caching: readonly CacheSetting[];
  /** How the org stores texts; null where it does not. */
  readonly texts: TextsSetting | null;
}

/**
 * Which model serves a request: by the first rule that applies, else the one that the caller named; then by an experiment
 * on it. Only memory is read. Refused by a rule that denies, and where the model that a rule names cannot be had.
 */
export function routeRequest(input: RouteInput): Routed | Refused {
  const { snapshot } = input;
  const facts = pricedFacts(input);
  const abroad = deniedCountry(facts.country, snapshot.countries);
  if (abroad !== null) return abroad;
  const { rule, considered } = decide(snapshot.rules, facts);
  const choice: Choice | Refused =
    rule === null ? { how: "asked" as const, models: [facts.model] as const, candidates: [] } : choose(rule, input);
  if (isRefused(choice)) return choice;
  const enrolment = enroll(choice.models[0], { ...input, facts });
  const [first, ...others] = modelsOf(choice.models, enrolment);
  const planned = planFor(first, input);
  const chose = choice.how === "asked" ? null : rule;
  if (isRefused(planned)) return chose === null ? planned : byRule(chose, planned);
  // A caller who names a model is taken at their word: what is known of it may be a guess. A rule must not guess.
  const lacking = chose === null ? null : lackOf(planned.plan.attempts[0], facts);
  if (chose !== null && lacking !== null) return byRule(chose, unable(first, lacking));
  return {
    plan: { attempts: [...planned.plan.attempts, ...others.flatMap((model) => attemptsOf(model, input))] },
    routing: {
      asked: facts.model,
      rule_id: rule?.id ?? null,
      rule: rule?.name ?? null,
      how: choice.how,
      ...(chose?.action.continue === true ? { continue: true as const } : {}),
      ...passedOver(considered),
      candidates: [...choice.candidates],
      ...experimentOf(enrolment),
      ...(facts.wallet_used_percent === null ? {} : { wallet_used_percent: facts.wallet_used_percent }),
    },
    retry: retryPolicy(snapshot.retries),
    // A variant's model that takes the place of the rule's finds out nothing of that.
    probe: first === choice.models[0] ? (choice.probe ?? null) : null,
    parameters: enrolment.enrolled?.variant.parameters ?? null,
    caching: snapshot.caching ?? [],
    texts: snapshot.texts ?? null,
  };
}

/** The variant's model comes first. Where a rule has others behind its first, they stay behind the variant's. */
function modelsOf(models: readonly [string, ...string[]], { enrolled }: Enrolment): readonly [string, ...string[]] {
  const model = enrolled?.variant.model;
  if (model === undefined) return models;
  return models.length === 1 ? [model] : [model, ...models.filter((other) => other !== model)];
}

/** Nothing is said where there are no experiments. */
const experimentOf = ({ enrolled, not_in }: Enrolment) => ({
  ...(enrolled === null ? {} : { experiment: enrolled.experiment }),
  ...(not_in.length === 0 ? {} : { not_in_experiments: not_in }),
});

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
function attemptsOf(model: string, input: RouteInput): readonly Attempt[] {
  const planned = planFor(model, input);
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
