import { actionSchema } from "../routing/action.ts";
import { conditionsSchema } from "../routing/conditions.ts";
import { flag, integer, object, orNull, text, time } from "./field.ts";

/** What a routing rule consists of: as it is saved, and as a draft that is tried on past requests. */
export const RULE_FIELDS = {
  name: text("What the rule is called.", 100),
  priority: integer("The smallest is tried first; 100 unless given.", 0, 1_000_000),
  enabled: flag("Switched off, it is not tried."),
  starts_at: orNull(time("From when on it is tried. Without it, at once.")),
  ends_at: orNull(time("Until when it is tried. Without it, for ever.")),
  when: object(
    'Conditions that must all hold, such as {"model": "openai/*", "tags": {"env": "dev"}}. An empty object holds always.',
    conditionsSchema,
  ),
  then: object(
    'What is done: {"model": "a/b"}, {"split": [{"model": "a/b", "weight": 90}, {"model": "c/d", "weight": 10}], "by": "subject"}, {"cheapest": ["a/b", "c/d"]}, {"fastest": ["a/b", "c/d"]}, {"round_robin": ["a/b", "c/d"]}, {"fallback": ["a/b", "c/d"], "continue": true}, {"downgrade": {"to": ["a/b"], "above_percent": 80}} or {"deny": "why"}.',
    actionSchema,
  ),
} as const;
