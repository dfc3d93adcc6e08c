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
}

/** A model that a rule could choose, as it is kept with the request: what it would cost, or why it was left out. */
export type Candidate = RoutingRecord["candidates"][number];

/** Of an answer whose length nobody bounded: what models are compared by. */
const OUTPUT_TOKENS_ASSUMED = 1_000;

/** Looks at one model for this request. */
export function candidate(model: string, { facts, needed, key, snapshot }: RouteInput): Candidate {
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

/** Those that can serve the request. */
export const able = <One extends Candidate>(candidates: readonly One[]): readonly One[] =>
  candidates.filter(({ left_out }) => left_out === undefined);

/** What the request asks for and the model does not have. */
export function lackOf({ model }: Attempt, facts: RequestFacts): string | null {
  const { capabilities, context_tokens } = model;
  if (facts.tools && !capabilities.includes("tools")) return "no tools";
  if (facts.images && !capabilities.includes("vision")) return "no vision";
  if (facts.input_tokens > context_tokens) return "context too small";
  return null;
}
