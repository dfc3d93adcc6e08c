import { isRefused } from "../../../../schema/kernel/errors.ts";
import { costOf } from "../../../../schema/pricing/cost.ts";
import type { RequestFacts } from "../../../../schema/routing/facts.ts";
import type { RoutingRecord } from "../../../../schema/routing/routing-record.ts";
import type { KeyEntry } from "../../stores/api-keys.ts";
import type { OrgSnapshot } from "../../stores/org-snapshot.ts";
import { type Attempt, type NeededCapability, planRequest } from "../plan.ts";

/** What a route is chosen from: the request, whose it is, and the org's configuration. */
export interface RouteInput {
  readonly facts: RequestFacts;
  readonly needed: NeededCapability;
  readonly key: KeyEntry;
  readonly snapshot: OrgSnapshot;
  readonly request_id: string;
  /** When prices are taken, where that is not when the request came. */
  readonly priced_at?: number;
  /** Calls that were planned before, where many requests are looked at by the same configuration. */
  readonly plans?: Plans;
}

/** The call of a model that this request would be. */
export function planFor(model: string, { facts, needed, key, snapshot, priced_at, plans }: RouteInput): Planned {
  const place = `${needed} ${key.key_id} ${model}`;
  const known = plans?.get(place);
  if (known !== undefined) return known;
  const planned = planRequest(model, needed, key, snapshot, priced_at ?? facts.at);
  plans?.set(place, planned);
  return planned;
}

type Planned = ReturnType<typeof planRequest>;
/** By what is needed, key and model, of one snapshot and one time. */
export type Plans = Map<string, Planned>;

/** A model that a rule could choose, as it is kept with the request: what it would cost, or why it was left out. */
export type Candidate = RoutingRecord["candidates"][number];

/** Of an answer whose length nobody bounded: what models are compared by. */
const OUTPUT_TOKENS_ASSUMED = 1_000;

/** Looks at one model for this request. */
export function candidate(model: string, input: RouteInput): Candidate {
  const { facts, needed } = input;
  const planned = planFor(model, input);
  if (isRefused(planned)) return { model, cost_nano_usd: null, left_out: planned.refused.code };
  const [attempt] = planned.plan.attempts;
  const lacking = lackOf(attempt, facts);
  if (lacking !== null) return { model, cost_nano_usd: null, left_out: lacking };
  const { state, breaker, probe } = facts.health(attempt.name);
  return {
    model,
    cost_nano_usd: aboutCost(attempt, facts, needed),
    ...(state === "down" ? { down: true as const } : {}),
    ...(breaker === "closed" ? {} : { breaker }),
    ...(breaker === "half_open" && probe ? { probe: true as const } : {}),
  };
}

/** What the request would about cost there, in nano-dollars. */
function aboutCost({ model, price }: Attempt, facts: RequestFacts, needed: NeededCapability): number {
  const output = Math.min(facts.max_output_tokens ?? OUTPUT_TOKENS_ASSUMED, model.max_output_tokens);
  const usage = needed === "chat" ? { input: facts.input_tokens, output } : { input: facts.input_tokens };
  return costOf(usage, price).cost_nano_usd;
}

/** The same at the model that was asked for, whatever that lacks; null where it has no price here. */
export function costAsked(input: RouteInput): number | null {
  const { facts, needed } = input;
  const planned = planFor(facts.model, input);
  return isRefused(planned) ? null : aboutCost(planned.plan.attempts[0], facts, needed);
}

/** What the request asks for and the model does not have. */
export function lackOf({ model }: Attempt, facts: RequestFacts): string | null {
  const { capabilities, context_tokens } = model;
  if (facts.tools && !capabilities.includes("tools")) return "no tools";
  if (facts.images && !capabilities.includes("vision")) return "no vision";
  if (facts.input_tokens > context_tokens) return "context too small";
  return null;
}
