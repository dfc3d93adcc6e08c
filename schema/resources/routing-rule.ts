import { actionSchema } from "../routing/action.ts";
import { conditionsSchema } from "../routing/conditions.ts";
import { routingRules } from "../tables/tables.ts";
import { flag, integer, object, orNull, text, time } from "./field.ts";
import type { Resource } from "./resource.ts";

export const routingRule = {
  name: "routing_rule",
  title: "Routing rules",
  path: "/v1/routing/rules",
  tag: "Routing",
  description:
    "Which model serves a request. Rules are tried by `priority`, the smallest first; the first whose `when` holds decides with its `then`, and no other is looked at. Without one the caller's own model is taken. See docs/routing.md.",
  table: routingRules,
  id: "routing_rule",
  permissions: { read: "routing:read", write: "routing:write" },
  operations: ["list", "get", "create", "update", "delete"],
  fields: {
    name: text("What the rule is called.", 100),
    priority: integer("The smallest is tried first; 100 unless given.", 0, 1_000_000),
    enabled: flag("false: it is not tried."),
    starts_at: orNull(time("From when on it is tried; null is at once.")),
    ends_at: orNull(time("Until when it is tried; null is for ever.")),
    when: object(
      'Conditions that must all hold, such as {"model": "openai/*", "tags": {"env": "dev"}}. An empty object holds always.',
      conditionsSchema,
    ),
    then: object(
      'What is done: {"model": "a/b"}, {"split": [{"model": "a/b", "weight": 90}, {"model": "c/d", "weight": 10}], "by": "subject"}, {"cheapest": ["a/b", "c/d"]}, {"fallback": ["a/b", "c/d"]} or {"deny": "why"}.',
      actionSchema,
    ),
  },
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
