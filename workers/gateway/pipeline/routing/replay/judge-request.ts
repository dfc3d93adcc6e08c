import { costOf } from "../../../../../schema/pricing/cost.ts";
import type { CompiledRule } from "../../../../../schema/routing/decide.ts";
import type { KeyEntry } from "../../../stores/api-keys.ts";
import type { LoggedRequest } from "../../../stores/logged-requests.ts";
import type { ListedRules } from "./listed-rules.ts";
import { type PastRequest, pastRequest } from "./logged-facts.ts";
import type { Decided } from "./partial-rules.ts";
import { assumptions, type ReplayedRoute, type Replaying, replayRoute } from "./replay-route.ts";

/** What becomes of a request, against what became of it then. */
export const VERDICTS = ["same", "moved", "denied", "refused", "not_known"] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Why the costs of a request are not laid beside each other. */
export const NOT_COMPARED = ["not_known", "refused", "cached", "no_usage", "unpriced"] as const;

/** `undecided`: it makes a verdict `not_known`. `assumed`: it was taken to be absent. `estimated`: about the right number. */
export const LACKS = ["undecided", "assumed", "estimated"] as const;
export interface Lack {
  readonly condition: string;
  readonly effect: (typeof LACKS)[number];
}

export interface Judgement {
  readonly saved: Verdict;
  readonly verdict: Verdict;
  /** The draft decides it; the rule that it takes the place of did, and it does not. */
  readonly decides: boolean;
  readonly releases: boolean;
  readonly from: Place;
  readonly to: Place | null;
  /** Of a refusal. */
  readonly code: string | null;
  readonly message: string | null;
  /** What it cost, and what its tokens would cost; null where they cannot be compared. Nano-dollars. */
  readonly cost: { readonly was: bigint; readonly would: bigint } | (typeof NOT_COMPARED)[number];
  readonly lacks: readonly Lack[];
}

/** A draft changes nothing about the request: null where it does not apply, else the rule before it that decides. */
export interface Untouched {
  readonly preceded_by: CompiledRule | null;
}

export interface Place {
  readonly provider: string;
  readonly model: string;
}

/** What the rules would do with a request of the log, unless a draft changes nothing about it. */
export function judgeRequest(
  row: LoggedRequest,
  key: KeyEntry,
  key_known: boolean,
  { draft }: ListedRules,
  replaying: Replaying,
): Judgement | Untouched {
  const { partial } = replaying;
  const past = pastRequest(row);
  const concerns = (rule: CompiledRule | null): boolean => rule !== null && partial.holds(rule, past) !== "no";
  if (draft !== null && !concerns(draft.rule) && !concerns(draft.before)) return { preceded_by: null };
  const { saved, drafted } = partial.decide(past);
  const sized = past.sizeAsked();
  const isAmong = (decided: Decided, rule: CompiledRule | null): boolean =>
    rule !== null && decided.possible.includes(rule);
  if (draft !== null && !isAmong(drafted, draft.rule) && !isAmong(saved, draft.before)) {
    return { preceded_by: concerns(draft.rule) ? (drafted.possible.at(-1) ?? null) : null };
  }
  const went = row.tried_first ?? row.model;
  const of = { key, request_id: row.request_id };
  const verdict = verdictOf(drafted, past, of, went, replaying);
  const certain = saved.possible.length === 1 && drafted.possible.length === 1;
  const decides = draft !== null && drafted.possible.length === 1 && isAmong(drafted, draft.rule);
  const { route } = verdict;
  const assumed = route === null ? [] : assumptions(drafted.possible[0], past, of, replaying, route);
  return {
    saved: draft === null ? verdict.verdict : verdictOf(saved, past, of, went, replaying).verdict,
    verdict: verdict.verdict,
    decides,
    releases: draft !== null && certain && !decides && isAmong(saved, draft.before),
    from: { provider: went === row.model ? row.provider_id : providerOf(went), model: went },
    to: route?.status === "routed" ? { provider: route.provider, model: route.model } : null,
    ...(route?.status === "denied" || route?.status === "refused"
      ? { code: route.code, message: route.message }
      : { code: null, message: null }),
    cost: costsOf(row, verdict.verdict, route),
    lacks: [
      ...verdict.unknown.map((condition) => ({ condition, effect: "undecided" as const })),
      ...[...assumed, ...(key_known ? [] : ["key"])].map((condition) => ({ condition, effect: "assumed" as const })),
      ...(sized ? [{ condition: "input_tokens", effect: "estimated" as const }] : []),
    ],
  };
}

const providerOf = (name: string): string => name.slice(0, Math.max(0, name.indexOf("/")));

interface Judged {
  readonly verdict: Verdict;
  /** Null where it is not known. */
  readonly route: ReplayedRoute | null;
  readonly unknown: readonly string[];
}

function verdictOf(
  { possible, unknown }: Decided,
  past: PastRequest,
  of: { readonly key: KeyEntry; readonly request_id: string },
  went: string,
  replaying: Replaying,
): Judged {
  if (possible.length > 1) return { verdict: "not_known", route: null, unknown };
  const route = replayRoute(possible[0], past, of, replaying);
  if (route.status === "not_known") return { verdict: "not_known", route: null, unknown: [route.unknown] };
  if (route.status !== "routed") return { verdict: route.status, route, unknown: [] };
  return { verdict: route.model === went ? "same" : "moved", route, unknown: [] };
}

/** What stays where it was costs what it cost; what is denied nothing; what moves the same tokens at the price of now. */
function costsOf(row: LoggedRequest, verdict: Verdict, route: ReplayedRoute | null): Judgement["cost"] {
  const was = BigInt(row.cost_nano_usd) + BigInt(row.adjusted_nano_usd);
  if (verdict === "same") return { was, would: was };
  if (verdict === "denied") return { was, would: 0n };
  if (verdict === "refused" || route?.status !== "routed") return verdict === "refused" ? "refused" : "not_known";
  // What a hit cost says nothing of what asking another model costs: nobody knows whether that would be a hit.
  if (row.cache?.startsWith("hit-") === true) return "cached";
  const usage = row.corrected_usage ?? row.usage ?? {};
  if (!Object.values(usage).some((count) => count > 0)) return "no_usage";
  const { cost_nano_usd, unpriced } = costOf(usage, route.price);
  return unpriced.length > 0 ? "unpriced" : { was, would: BigInt(cost_nano_usd) };
}
