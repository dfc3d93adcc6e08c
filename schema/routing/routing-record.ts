import * as z from "zod";

/**
 * Why a request went to its model, as it is kept with the request and shown: from this alone it can be explained. Never
 * prompt text.
 */
export const routingRecordSchema = z.object({
  /** What the caller named. */
  asked: z.string(),
  /** The rule that decided; null when none applied. */
  rule_id: z.string().nullable(),
  rule: z.string().nullable(),
  /** `asked`: the caller's own model; else what the rule does. */
  how: z.enum(["asked", "model", "split", "cheapest", "fallback"]),
  /** The rules that were tried before, in order, each with the first condition that did not hold. */
  passed_over: z.array(z.object({ rule_id: z.string(), failed: z.string() })),
  /** How many more were tried than are listed. */
  passed_over_more: z.int(),
  /** What there was to choose from. Cost is what this request would about cost there; null where it could not be served. */
  candidates: z.array(
    z.object({
      model: z.string(),
      weight: z.int().optional(),
      cost_nano_usd: z.int().nullable().optional(),
      left_out: z.string().optional(),
      /** Its provider was known to be down: it stood behind the others. */
      down: z.literal(true).optional(),
    }),
  ),
  /** Models that failed before this one, in order, and how. Nothing is owed for them. */
  tried: z.array(z.object({ model: z.string(), failed: z.string(), status: z.int().nullable() })).optional(),
});
export type RoutingRecord = z.infer<typeof routingRecordSchema>;
