import * as z from "zod";

/** What an experiment is decided by. */
export const METRICS = ["success_rate", "latency", "cost", "score"] as const;
export type Metric = (typeof METRICS)[number];

/** Whether more of it is better. */
export const MORE_IS_BETTER: Readonly<Record<Metric, boolean>> = {
  success_rate: true,
  latency: false,
  cost: false,
  score: true,
};

export const GUARDRAIL_METRICS = ["error_rate", "p95_latency", "cost_per_request"] as const;

/** What no variant may do to those who use it. */
const guardrailSchema = z
  .strictObject({
    metric: z.enum(GUARDRAIL_METRICS, `must be one of ${GUARDRAIL_METRICS.join(", ")}`),
    /** A share from 0 to 1, milliseconds, or dollars. */
    max: z.number().positive().max(1e9).optional(),
    /** Against the control: 0.2 is a fifth more. */
    max_increase: z.number().min(0).max(100).optional(),
  })
  .refine(({ max, max_increase }) => (max === undefined) !== (max_increase === undefined), {
    error: "must have either max or max_increase",
  });
export type Guardrail = z.infer<typeof guardrailSchema>;
export const guardrailsSchema = z.array(guardrailSchema).max(6);

/** When the best variant is promoted without anybody's doing. */
export const promotionSchema = z.strictObject({
  /** Compared requests of the variant, and of the control. */
  min_samples: z.int().min(100).max(100_000_000),
  /** By how much it must be better than the control: 0.05 is a twentieth. */
  min_lift: z.number().min(0).max(10).default(0),
  confidence: z.number().min(0.8).max(0.9999).default(0.95),
});
export type Promotion = z.infer<typeof promotionSchema>;
