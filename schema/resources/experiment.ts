import * as z from "zod";
import { EXPERIMENT_STATUSES, STICKY_BY, stoppedVariantsSchema } from "../experiments/experiment.ts";
import { guardrailsSchema, METRICS, promotionSchema } from "../experiments/goals.ts";
import { VARIANTS_MAX, variantsSchema } from "../experiments/variants.ts";
import { formatTime } from "../kernel/time.ts";
import { conditionsSchema } from "../routing/conditions.ts";
import { experiments } from "../tables/tables.ts";
import { choice, type Field, flag, integer, list, object, orNull, text, time } from "./field.ts";
import type { Resource } from "./resource.ts";

const stopped: Field = {
  ...list(
    "Variants that were taken out while it runs, each with the reason: the control serves their share.",
    z.unknown(),
    VARIANTS_MAX,
  ),
  show: (stored) => stoppedVariantsSchema.parse(stored ?? []).map(({ at, ...one }) => ({ ...one, at: formatTime(at) })),
};

export const experiment = {
  name: "experiment",
  title: "Experiments",
  path: "/v1/experiments",
  tag: "Routing",
  description:
    "Models or parameters that are compared on live requests: each subject always gets the same variant, and figures are kept for each. Experiments take what routing rules have decided.",
  table: experiments,
  id: "experiment",
  permissions: { read: "experiments:read", write: "experiments:write" },
  operations: ["list", "get", "create", "update", "delete"],
  fields: {
    name: text("What the experiment is called.", 100),
    status: choice(
      "`draft` and `stopped` touch no request. `running`: requests are shared among the variants. `promoted`: all take the winner.",
      EXPERIMENT_STATUSES,
    ),
    when: object(
      'Which requests take part: conditions as in a routing rule, such as {"model": "openai/gpt-5", "tags": {"env": "prod"}}. `model` is the one that the rules have decided on.',
      conditionsSchema,
    ),
    variants: object(
      `2 to ${VARIANTS_MAX}, of which the first is the control: {"name", "percent", "model", "parameters"}. Percentages have up to two decimals and add up to 100. Without a model it is the one that the request would go to; parameters are temperature, top_p, max_tokens, reasoning_effort and system_prompt, and take the place of the caller's.`,
      variantsSchema,
    ),
    sticky_by: choice(
      "What always gets the same variant: the `x-ao-subject`, the `x-ao-session`, the key, or each request for itself. Without a session it is the subject, without a subject the key.",
      STICKY_BY,
    ),
    metric: choice("What decides: more `success_rate` or `score`, or less `latency` or `cost`.", METRICS),
    guardrails: object(
      'What stops a variant: {"metric": "error_rate" | "p95_latency" | "cost_per_request"} with `max` (a share, milliseconds, dollars) or `max_increase` against the control (0.2 is a fifth).',
      guardrailsSchema,
    ),
    promotion: orNull(
      object(
        'When the best variant is promoted by itself: {"min_samples": 1000, "min_lift": 0.02, "confidence": 0.95}. Without it, never.',
        promotionSchema,
      ),
    ),
    automatic: flag("Whether guardrails and `promotion` act by themselves. A revert turns it off."),
    run: integer("How often it was started: figures are those of the last run.", 0, Number.MAX_SAFE_INTEGER),
    started_at: orNull(time("When the last run began.")),
    decided_at: orNull(time("When it was last stopped, promoted or reverted.")),
    promoted_variant: orNull(text("The variant that all requests take.", 30)),
    stopped_variants: stopped,
  },
  create: {
    required: ["name", "variants"],
    optional: ["when", "sticky_by", "metric", "guardrails", "promotion", "automatic"],
  },
  update: ["name", "when", "variants", "sticky_by", "metric", "guardrails", "promotion", "automatic"],
  filter: ["name", "status"],
  sort: ["name", "created_at"],
  columns: ["name", "status", "when", "variants", "metric"],
  example: {
    name: "A smaller model for support",
    when: { model: "openai/gpt-5", feature: "support" },
    variants: [
      { name: "control", percent: 50 },
      { name: "mini", percent: 50, model: "openai/gpt-5-mini", parameters: { temperature: 0.2 } },
    ],
    sticky_by: "subject",
    metric: "score",
    guardrails: [{ metric: "error_rate", max_increase: 0.5 }],
  },
} as const satisfies Resource;
