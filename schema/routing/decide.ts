import type { Action } from "./action.ts";
import { type CompiledConditions, compileConditions } from "./compile-conditions.ts";
import type { Conditions } from "./conditions.ts";
import type { RequestFacts } from "./facts.ts";

/** A rule as it is kept. Rules are tried by priority, the smallest first, and among equals by id. */
export interface RoutingRule {
  readonly id: string;
  readonly name: string;
  readonly priority: number;
  /** Milliseconds since the epoch; null is always. */
  readonly starts_at: number | null;
  readonly ends_at: number | null;
  readonly conditions: Conditions;
  readonly action: Action;
}

export interface CompiledRule extends RoutingRule {
  readonly applies: CompiledConditions;
  /** Whether it looks at how much of the wallet is used, which is not in memory from the start. */
  readonly asks_wallet_use: boolean;
}

/** A rule that was tried, and what did not hold: the path of a condition, or `schedule`. Null: it applied. */
export interface Considered {
  readonly rule_id: string;
  readonly name: string;
  readonly failed: string | null;
}

export interface Decision {
  /** The first rule that applies; null when none does, and the caller's own model is taken. */
  readonly rule: CompiledRule | null;
  /** Every rule that was tried, in order. The last one applied, unless none did. */
  readonly considered: readonly Considered[];
}

/** The order in which rules are tried. */
export const byOrder = (a: RoutingRule, b: RoutingRule): number => a.priority - b.priority || (a.id < b.id ? -1 : 1);

/** Compiled once for each version of an org's configuration, in the order in which rules are tried. */
export const compileRules = (rules: readonly RoutingRule[]): readonly CompiledRule[] =>
  rules.toSorted(byOrder).map((rule) => ({
    ...rule,
    applies: compileConditions(rule.conditions),
    asks_wallet_use: rule.action.downgrade !== undefined || asksWalletUse(rule.conditions),
  }));

const asksWalletUse = ({ wallet_used_percent, all = [], any = [], not }: Conditions): boolean =>
  wallet_used_percent !== undefined || [...all, ...any, ...(not === undefined ? [] : [not])].some(asksWalletUse);

/** Tries the rules on a request. Pure: the same facts always meet the same rule. */
export function decide(rules: readonly CompiledRule[], facts: RequestFacts): Decision {
  const considered: Considered[] = [];
  for (const rule of rules) {
    const failed = isScheduled(rule, facts.at) ? rule.applies(facts) : "schedule";
    considered.push({ rule_id: rule.id, name: rule.name, failed });
    if (failed === null) return { rule, considered };
  }
  return { rule: null, considered };
}

/** Whether a rule is tried at that time at all. */
export const isScheduled = ({ starts_at, ends_at }: RoutingRule, at: number): boolean =>
  (starts_at === null || at >= starts_at) && (ends_at === null || at < ends_at);
