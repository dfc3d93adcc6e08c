import * as z from "zod";

/** What a rule does with a request that it applies to. */

const MODELS_MAX = 20;
const model = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^/\s]+\/\S+$/, 'must be a model as it is called here, such as "openai/gpt-5"');

export const STICKY_BY = ["request", "subject", "key"] as const;
/** What the fastest is told by: the whole answer, or its beginning. */
export const FASTEST_BY = ["latency", "first_byte"] as const;
const BY = [...STICKY_BY, ...FASTEST_BY] as const;

const ms = z.int().min(1).max(3_600_000);
const sla = z
  .strictObject({
    /** Bounds of two minutes' calls. What is not known of a model is taken to be met. */
    p95_latency_ms: ms.optional(),
    p95_first_byte_ms: ms.optional(),
    error_rate: z.number().min(0).max(1).optional(),
    /** Tokens that its context must have at least. */
    context: z.int().min(1).max(100_000_000).optional(),
  })
  .refine((value) => Object.keys(value).length > 0, "must have at least one bound");
export type Sla = z.infer<typeof sla>;

const action = z.strictObject({
  /** This model in place of the one that was asked for. */
  model: model.optional(),
  /** One of several, by weight. */
  split: z
    .array(z.strictObject({ model, weight: z.int().min(1).max(10_000) }))
    .min(2)
    .max(MODELS_MAX)
    .optional(),
  /**
   * Of a split: what always gets the same model. A request without a subject is told by its key. Of the fastest: what is
   * measured, the whole answer unless given.
   */
  by: z.enum(BY, `must be one of ${BY.join(", ")}`).optional(),
  /** The one with the least latency lately. One that is not known gets a share of the requests, so that it becomes known. */
  fastest: z.array(model).min(2).max(MODELS_MAX).optional(),
  /** Of the fastest: the median unless given. */
  percentile: z.enum(["p50", "p95"], "must be p50 or p95").optional(),
  /** Each in turn. */
  round_robin: z.array(model).min(2).max(MODELS_MAX).optional(),
  /** The one that costs least for this request, of those that can serve it. */
  cheapest: z.array(model).min(2).max(MODELS_MAX).optional(),
  /** Of the cheapest: what it must keep to. Where none does, the one that misses it least. */
  sla: sla.optional(),
  /** The first that can serve the request; the others, in order, where it fails before anything was delivered or is owed. */
  fallback: z.array(model).min(2).max(MODELS_MAX).optional(),
  /** Of `fallback` and `cheapest`: a stream that breaks off behind what was delivered goes on with the next model, too. */
  continue: z.boolean().optional(),
  /** The first of these that can serve the request and costs less, once more of the wallet is used; else the one that was asked for. */
  downgrade: z
    .strictObject({
      to: z.array(model).min(1).max(MODELS_MAX),
      /** Of the limit of the key's wallet, or of the most used one above it. */
      above_percent: z.number().min(0).max(1_000),
    })
    .optional(),
  /** The request is refused, and this is said. */
  deny: z.string().trim().min(1, "must say why").max(500).optional(),
});
export type Action = z.infer<typeof action>;

const KINDS = ["model", "split", "cheapest", "fastest", "round_robin", "fallback", "downgrade", "deny"] as const;

export type ActionKind = (typeof KINDS)[number];

/** Which of the kinds an action is. */
export const kindOf = (value: Action): ActionKind => KINDS.find((kind) => value[kind] !== undefined) ?? "deny";

export const actionSchema = action
  .refine((value) => KINDS.filter((kind) => value[kind] !== undefined).length === 1, {
    error: `must have exactly one of ${KINDS.join(", ")}`,
  })
  .refine(({ by, split, fastest }) => by === undefined || (split ?? fastest) !== undefined, {
    error: "only `split` and `fastest` have `by`",
    path: ["by"],
  })
  .refine((value) => value.continue === undefined || (value.fallback ?? value.cheapest) !== undefined, {
    error: "only `fallback` and `cheapest` have `continue`",
    path: ["continue"],
  })
  .refine(({ by, split }) => by === undefined || split === undefined || isOf(STICKY_BY, by), {
    error: `must be one of ${STICKY_BY.join(", ")} with a split`,
    path: ["by"],
  })
  .refine(({ by, fastest }) => by === undefined || fastest === undefined || isOf(FASTEST_BY, by), {
    error: `must be one of ${FASTEST_BY.join(", ")} with the fastest`,
    path: ["by"],
  })
  .refine(({ percentile, fastest }) => percentile === undefined || fastest !== undefined, {
    error: "only `fastest` has `percentile`",
    path: ["percentile"],
  })
  .refine(({ sla: bounds, cheapest }) => bounds === undefined || cheapest !== undefined, {
    error: "only `cheapest` has `sla`",
    path: ["sla"],
  });

/** Whether a text is one of a list. */
export const isOf = <One extends string>(list: readonly One[], text: string): text is One =>
  list.some((one) => one === text);

/** The models that it names, each with its place. */
export function modelsIn({
  model,
  split,
  cheapest,
  fastest,
  round_robin,
  fallback,
  downgrade,
}: Action): readonly { readonly model: string; readonly param: string }[] {
  return [
    ...(model === undefined ? [] : [{ model, param: "model" }]),
    ...(split ?? []).map((option, at) => ({ model: option.model, param: `split[${at}].model` })),
    ...(cheapest ?? []).map((one, at) => ({ model: one, param: `cheapest[${at}]` })),
    ...(fastest ?? []).map((one, at) => ({ model: one, param: `fastest[${at}]` })),
    ...(round_robin ?? []).map((one, at) => ({ model: one, param: `round_robin[${at}]` })),
    ...(fallback ?? []).map((one, at) => ({ model: one, param: `fallback[${at}]` })),
    ...(downgrade?.to ?? []).map((one, at) => ({ model: one, param: `downgrade.to[${at}]` })),
  ];
}
