import * as z from "zod";

/** What a rule does with a request that it applies to. */

const MODELS_MAX = 20;
const model = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^/\s]+\/\S+$/, 'must be a model as it is called here, such as "openai/gpt-5"');

export const STICKY_BY = ["request", "subject", "key"] as const;

const action = z.strictObject({
  /** This model in place of the one that was asked for. */
  model: model.optional(),
  /** One of several, by weight. */
  split: z
    .array(z.strictObject({ model, weight: z.int().min(1).max(10_000) }))
    .min(2)
    .max(MODELS_MAX)
    .optional(),
  /** Of a split: what always gets the same model. A request without a subject is told by its key. */
  by: z.enum(STICKY_BY, `must be one of ${STICKY_BY.join(", ")}`).optional(),
  /** The one that costs least for this request, of those that can serve it. */
  cheapest: z.array(model).min(2).max(MODELS_MAX).optional(),
  /** The first that can serve the request; the others, in order, where it fails before anything was delivered or is owed. */
  fallback: z.array(model).min(2).max(MODELS_MAX).optional(),
  /** The request is refused, and this is said. */
  deny: z.string().trim().min(1, "must say why").max(500).optional(),
});
export type Action = z.infer<typeof action>;

const KINDS = ["model", "split", "cheapest", "fallback", "deny"] as const;

export type ActionKind = (typeof KINDS)[number];

/** Which of the kinds an action is. */
export const kindOf = (value: Action): ActionKind => KINDS.find((kind) => value[kind] !== undefined) ?? "deny";

export const actionSchema = action
  .refine((value) => KINDS.filter((kind) => value[kind] !== undefined).length === 1, {
    error: `must have exactly one of ${KINDS.join(", ")}`,
  })
  .refine((value) => value.by === undefined || value.split !== undefined, {
    error: "only a split has `by`",
    path: ["by"],
  });
