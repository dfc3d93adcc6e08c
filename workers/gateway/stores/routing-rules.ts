import * as z from "zod";
import { log } from "../../../schema/kernel/log.ts";
import { actionSchema } from "../../../schema/routing/action.ts";
import { conditionsSchema } from "../../../schema/routing/conditions.ts";
import { type CompiledRule, compileRules, type RoutingRule } from "../../../schema/routing/decide.ts";

export const RULES_SQL =
  'SELECT id, name, priority, starts_at, ends_at, "when" AS conditions, "then" AS action FROM routing_rules WHERE org_id = ?1 AND enabled = 1';

const rowSchema = z.object({
  id: z.string(),
  name: z.string(),
  priority: z.int(),
  starts_at: z.int().nullable(),
  ends_at: z.int().nullable(),
  conditions: z.string(),
  action: z.string(),
});

/**
 * An org's rules, compiled. One that cannot be read (a newer version wrote it) may be there to keep requests from a model:
 * it refuses whatever comes to it, until somebody looks.
 */
export function rulesOf(org_id: string, rows: unknown): readonly CompiledRule[] {
  return compileRules(
    z
      .array(rowSchema)
      .parse(rows)
      .map((row) => ruleOf(org_id, row)),
  );
}

function ruleOf(org_id: string, row: z.infer<typeof rowSchema>): RoutingRule {
  const { conditions, action, ...rule } = row;
  const when = conditionsSchema.safeParse(JSON.parse(conditions));
  const what = actionSchema.safeParse(JSON.parse(action));
  if (when.success && what.success) return { ...rule, conditions: when.data, action: what.data };
  log("error", "routing_rule_unusable", { org_id, rule_id: rule.id });
  const deny = `The routing rule "${rule.name}" cannot be read by this version. An administrator must save or disable it.`;
  return { ...rule, conditions: {}, action: { deny } };
}
