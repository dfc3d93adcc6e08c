import { byOrder, type CompiledRule, compileRules, type RoutingRule } from "../../../../../schema/routing/decide.ts";
import type { ListedRule } from "./partial-rules.ts";

/** Stands for the id of a draft that has none yet: behind all others of its priority, as a rule that is made now would be. */
export const DRAFT_ID = "rule_draft";

/** A rule as it would be saved. One that is switched off takes the place of the saved one all the same. */
export interface DraftRule extends RoutingRule {
  readonly enabled: boolean;
}

/** The rules as they are saved and with a draft. */
export interface ListedRules {
  readonly rules: readonly ListedRule[];
  /** Null without a draft. */
  readonly draft: {
    /** As it would be tried; null where it is switched off. */
    readonly rule: CompiledRule | null;
    /** What it takes the place of; null where it is a new one, or that is switched off. */
    readonly before: CompiledRule | null;
  } | null;
}

/** Puts the draft in the place of the saved rule with its id, and among the others by its priority. */
export function listRules(saved: readonly CompiledRule[], draft: DraftRule | null): ListedRules {
  if (draft === null) return { rules: saved.map((rule) => ({ rule, saved: true, drafted: true })), draft: null };
  const before = saved.find(({ id }) => id === draft.id) ?? null;
  const [compiled] = draft.enabled ? compileRules([draft]) : [];
  const rule = compiled ?? null;
  const rules = [
    ...saved.map((one) => ({ rule: one, saved: true, drafted: one !== before })),
    ...(rule === null ? [] : [{ rule, saved: false, drafted: true }]),
  ];
  return { rules: rules.toSorted((a, b) => byOrder(a.rule, b.rule)), draft: { rule, before } };
}
