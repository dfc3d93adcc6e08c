import { isRefused, type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { costOf } from "../../../schema/pricing/cost.ts";
import type { Action } from "../../../schema/routing/action.ts";
import { type CompiledRule, type Considered, decide } from "../../../schema/routing/decide.ts";
import type { RequestFacts } from "../../../schema/routing/facts.ts";
import type { RoutingRecord } from "../../../schema/routing/routing-record.ts";
import { chooseByWeight } from "../../../schema/routing/split.ts";
import type { KeyEntry } from "../stores/api-keys.ts";
import type { OrgSnapshot } from "../stores/org-snapshot.ts";
import { type Attempt, type NeededCapability, type Plan, planRequest } from "./plan.ts";

export interface Routed {
  readonly plan: Plan;
  readonly routing: RoutingRecord;
}

interface RouteInput {
  readonly facts: RequestFacts;
  readonly needed: NeededCapability;
  readonly key: KeyEntry;
  readonly snapshot: OrgSnapshot;
  readonly request_id: string;
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

interface Choice {
  readonly how: RoutingRecord["how"];
  /** The model, and what is tried where it fails. */
  readonly models: readonly [string, ...string[]];
  readonly candidates: RoutingRecord["candidates"];
}

/** They were looked at before: those that cannot serve the request are not among them. */
function attemptsOf(model: string, { needed, key, snapshot, facts }: RouteInput): readonly Attempt[] {
  const planned = planRequest(model, needed, key, snapshot, facts.at);
  return isRefused(planned) ? [] : planned.plan.attempts;
}

function choose(rule: CompiledRule, input: RouteInput): Choice | Refused {
  const { model, split, cheapest, fallback, deny, by = "request" } = rule.action;
  if (deny !== undefined) return refuse("policy_denied", { message: deny, param: "model" });
  if (model !== undefined) return { how: "model", models: [model], candidates: [] };
  if (fallback !== undefined) return inOrder(rule, fallback, input);
  return split === undefined
    ? cheapestOf(rule, cheapest ?? [], input)
    : oneOf(rule, split, subjectOf(by, input), input);
}

/** By weight, among those that can serve the request: whoever would get another falls to the rest, by their weights. */
function oneOf(
  rule: CompiledRule,
  split: NonNullable<Action["split"]>,
  subject: string,
  input: RouteInput,
): Choice | Refused {
  const candidates = split.map((option) => ({ ...option, ...leftOut(candidate(option.model, input)) }));
  const [first, ...others] = candidates.filter(({ left_out }) => left_out === undefined);
  if (first === undefined) return noneOf(rule, candidates);
  return { how: "split", models: [chooseByWeight([first, ...others], rule.id, subject).model], candidates };
}

const leftOut = ({ left_out }: Candidate) => (left_out === undefined ? {} : { left_out });

function subjectOf(by: "request" | "subject" | "key", { facts, request_id }: RouteInput): string {
  if (by === "request") return request_id;
  return by === "subject" ? (facts.subject ?? facts.key) : facts.key;
}

/** Of an answer whose length nobody bounded: what models are compared by. */
const OUTPUT_TOKENS_ASSUMED = 1_000;

/** The least dear of those that can serve the request. Of equals the first. */
function cheapestOf(rule: CompiledRule, models: readonly string[], input: RouteInput): Choice | Refused {
  const candidates = models.map((model) => candidate(model, input));
  const able = candidates.flatMap(({ cost_nano_usd: cost, ...one }) => (cost == null ? [] : [{ ...one, cost }]));
  // A stable order: of equals the first.
  const [first, ...others] = upFirst(able.toSorted((a, b) => a.cost - b.cost));
  return first === undefined ? noneOf(rule, candidates) : { how: "cheapest", models: [first, ...others], candidates };
}

/** As they are listed, without those that cannot serve the request. */
function inOrder(rule: CompiledRule, models: readonly string[], input: RouteInput): Choice | Refused {
  const candidates = models.map((model) => candidate(model, input));
  const [first, ...others] = upFirst(candidates.filter(({ left_out }) => left_out === undefined));
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

type Candidate = RoutingRecord["candidates"][number];

function candidate(model: string, { facts, needed, key, snapshot }: RouteInput): Candidate {
  const planned = planRequest(model, needed, key, snapshot, facts.at);
  if (isRefused(planned)) return { model, cost_nano_usd: null, left_out: planned.refused.code };
  const [attempt] = planned.plan.attempts;
  const lacking = lackOf(attempt, facts);
  if (lacking !== null) return { model, cost_nano_usd: null, left_out: lacking };
  const output = Math.min(facts.max_output_tokens ?? OUTPUT_TOKENS_ASSUMED, attempt.model.max_output_tokens);
  const usage = needed === "chat" ? { input: facts.input_tokens, output } : { input: facts.input_tokens };
  const down = snapshot.providers.get(attempt.account.id)?.health === "down";
  return { model, cost_nano_usd: costOf(usage, attempt.price).cost_nano_usd, ...(down ? { down: true as const } : {}) };
}

/** What the request asks for and the model does not have. */
function lackOf({ model }: Attempt, facts: RequestFacts): string | null {
  const { capabilities, context_tokens } = model;
  if (facts.tools && !capabilities.includes("tools")) return "no tools";
  if (facts.images && !capabilities.includes("vision")) return "no vision";
  if (facts.input_tokens > context_tokens) return "context too small";
  return null;
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
