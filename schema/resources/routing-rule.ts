import { routingRules } from "../tables/tables.ts";
import type { Resource } from "./resource.ts";
import { RULE_FIELDS } from "./rule-fields.ts";

export const routingRule = {
  name: "routing_rule",
  title: "Routing rules",
  path: "/v1/routing/rules",
  tag: "Routing",
  description:
    "Which model serves a request. Rules are tried in the order of their priority, the smallest first; the first whose conditions hold decides, and no other is looked at. Without one the caller's own model is taken.",
  table: routingRules,
  id: "routing_rule",
  permissions: { read: "routing:read", write: "routing:write" },
  operations: ["list", "get", "create", "update", "delete"],
  fields: RULE_FIELDS,
  create: { required: ["name", "when", "then"], optional: ["priority", "enabled", "starts_at", "ends_at"] },
  update: ["name", "priority", "enabled", "starts_at", "ends_at", "when", "then"],
  filter: ["name", "enabled"],
  sort: ["priority", "name", "created_at"],
  columns: ["priority", "name", "enabled", "when", "then"],
  example: {
    name: "Small questions are cheap",
    priority: 10,
    when: { model: "openai/gpt-5", input_tokens: { lt: 2_000 }, tools: false },
    then: { model: "openai/gpt-5-mini" },
  },
} as const satisfies Resource;
