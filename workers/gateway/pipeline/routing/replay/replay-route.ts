import { type ErrorCode, isRefused } from "../../../../../schema/kernel/errors.ts";
import type { Price } from "../../../../../schema/pricing/price.ts";
import { type Action, modelsIn } from "../../../../../schema/routing/action.ts";
import type { CompiledRule } from "../../../../../schema/routing/decide.ts";
import type { RequestFacts } from "../../../../../schema/routing/facts.ts";
import type { KeyEntry } from "../../../stores/api-keys.ts";
import type { OrgSnapshot } from "../../../stores/org-snapshot.ts";
import { type Plans, planFor, type RouteInput } from "../candidate.ts";
import { routeRequest } from "../route-request.ts";
import { DRAFT_ID } from "./listed-rules.ts";
import type { PastRequest } from "./logged-facts.ts";
import type { PartialRules } from "./partial-rules.ts";

/** Where a request would go by one rule. */
export type ReplayedRoute =
  | {
      readonly status: "routed";
      readonly model: string;
      readonly provider: string;
      readonly price: Price;
      /** Its provider is disabled now: until it is not, the request would be refused. */
      readonly disabled: boolean;
    }
  /** By the rule's own words, or because its model cannot be had. */
  | { readonly status: "denied" | "refused"; readonly code: string; readonly message: string }
  /** What the rule goes by is not in the log. */
  | { readonly status: "not_known"; readonly unknown: string };

/** A configuration, and what was planned by it so far. */
export interface Configured {
  readonly snapshot: OrgSnapshot;
  readonly plans: Plans;
}

export interface Replaying {
  /** As it is now. */
  readonly enabled: Configured;
  /** The same with the providers that are disabled now, which may have been enabled then. */
  readonly with_disabled: Configured;
  /** When prices are taken: now. */
  readonly now: number;
  readonly partial: PartialRules;
}

/** Where the request goes when this rule, or none, decides. Prices and what there is are those of now, its clock is then's. */
export function replayRoute(
  rule: CompiledRule | null,
  { facts, needed, unknown }: Pick<PastRequest, "facts" | "needed" | "unknown">,
  of: { readonly key: KeyEntry; readonly request_id: string },
  { enabled, with_disabled, now }: Replaying,
): ReplayedRoute {
  const basis = rule === null ? null : unknownBasis(rule.action, unknown);
  if (basis !== null) return { status: "not_known", unknown: basis };
  const rules = rule === null ? [] : [certain(rule)];
  const by = ({ snapshot, plans }: Configured) =>
    routeRequest({ facts, needed, ...of, snapshot: { ...snapshot, rules }, plans, priced_at: now });
  const today = by(enabled);
  const routed = isRefused(today) && ABSENT.has(today.refused.code) ? by(with_disabled) : today;
  if (isRefused(routed)) {
    const { code, message = code } = isRefused(today) ? today.refused : routed.refused;
    return { status: code === "policy_denied" ? "denied" : "refused", code, message };
  }
  const [{ name, account, price }] = routed.plan.attempts;
  return { status: "routed", model: name, provider: account.id, price, disabled: routed !== today };
}

/** What a request is refused for where the provider of its model is not enabled. */
const ABSENT: ReadonlySet<ErrorCode> = new Set(["model_not_found", "no_provider_available"]);

/** That it applies is known already, of this request and whatever else is taken to be in it. */
const certain = (rule: CompiledRule): CompiledRule => ({ ...rule, applies: () => null });

/** What an action decides by, where that is not known: nothing could be said but a guess. */
function unknownBasis({ downgrade, fastest, by, percentile }: Action, unknown: ReadonlySet<string>): string | null {
  if (downgrade !== undefined && unknown.has("wallet_used_percent")) return "wallet_used_percent";
  if (fastest === undefined) return null;
  return `${by === "first_byte" ? "first_byte" : "latency"}_${percentile ?? "p50"}_ms`;
}

/** Longer than any answer is. */
const UNBOUNDED_TOKENS = 1_000_000_000;

/**
 * What is not known of a request and might send it elsewhere although the rule that decides is known: it was routed as if
 * it had no tools, images or bound of its answer, every model was well, it named no session, and
 * its provider were enabled.
 */
export function assumptions(
  rule: CompiledRule | null,
  past: PastRequest,
  of: { readonly key: KeyEntry; readonly request_id: string },
  replaying: Replaying,
  route: ReplayedRoute,
): readonly string[] {
  if (route.status !== "routed") return [];
  const { facts, needed, unknown } = past;
  const { partial, now } = replaying;
  const { snapshot, plans } = route.disabled ? replaying.with_disabled : replaying.enabled;
  const with_it = (change: Partial<RequestFacts>): ReplayedRoute =>
    replayRoute(rule, { needed, unknown, facts: { ...facts, ...change } }, of, replaying);
  const matters = (...changes: readonly Partial<RequestFacts>[]): boolean =>
    changes.some((change) => {
      const other = with_it(change);
      return other.status !== "routed" || other.model !== route.model;
    });
  const action = rule?.action ?? {};
  const input: RouteInput = { facts, needed, ...of, snapshot, plans, priced_at: now };
  const lacked = (capability: "tools" | "vision"): boolean =>
    modelsIn(action).some(({ model }) => lacks(model, capability, input));
  const by_cost = action.cheapest ?? action.downgrade;
  const of_experiments = snapshot.experiments.flatMap(({ conditions, sticky_by, status }) => [
    ...partial.unknownOf(conditions, unknown),
    ...(sticky_by === "session" && status === "running" ? ["session"] : []),
  ]);
  return [
    ...(unknown.has("tools") && lacked("tools") && matters({ tools: true }) ? ["tools"] : []),
    ...(unknown.has("images") && lacked("vision") && matters({ images: true }) ? ["images"] : []),
    ...(by_cost !== undefined &&
    unknown.has("max_output_tokens") &&
    matters({ max_output_tokens: 1 }, { max_output_tokens: UNBOUNDED_TOKENS })
      ? ["max_output_tokens"]
      : []),
    // Its id tells whom it gives to which, and a draft has none yet.
    ...(rule?.id === DRAFT_ID && (action.split ?? action.round_robin) !== undefined ? ["rule_id"] : []),
    // What was down, or too slow for an `sla`, stood behind the others then.
    ...((action.cheapest ?? action.fallback ?? action.round_robin ?? action.downgrade) === undefined ? [] : ["health"]),
    ...new Set(of_experiments),
    ...(route.disabled ? ["provider"] : []),
  ];
}

function lacks(model: string, capability: "tools" | "vision", input: RouteInput): boolean {
  const planned = planFor(model, input);
  return !isRefused(planned) && !planned.plan.attempts[0].model.capabilities.includes(capability);
}
