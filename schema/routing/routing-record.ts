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
  how: z.enum(["asked", "model", "split", "cheapest", "fastest", "round_robin", "fallback", "downgrade"]),
  /** A stream that breaks off goes on with the next model. */
  continue: z.literal(true).optional(),
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
      /** It or its provider was known to be down: it stood behind the others. */
      down: z.literal(true).optional(),
      /** Of a breaker that was not closed. One that was half open stood behind the others, too, but for probes. */
      breaker: z.enum(["open", "half_open"]).optional(),
      /** It was asked first to find out whether it is well again. */
      probe: z.literal(true).optional(),
      /** What the fastest was told by, in milliseconds; null where it was not known. */
      measured_ms: z.int().nullable().optional(),
      /** The bounds of the rule's `sla` that it did not keep to, each with what it had. */
      misses: z.record(z.string(), z.number()).optional(),
    }),
  ),
  /** The experiment that it takes part in, and as what. */
  experiment: z
    .object({
      id: z.string(),
      name: z.string(),
      run: z.int(),
      variant: z.string(),
      /** The winner, for all: nothing is compared any more. */
      promoted: z.literal(true).optional(),
      /** Its own variant was stopped: the control serves it, and it is not compared. */
      moved: z.literal(true).optional(),
    })
    .nullable()
    .optional(),
  /** Experiments that it takes no part in, each with the first condition that did not hold, or what a variant lacks. */
  not_in_experiments: z.array(z.object({ experiment_id: z.string(), failed: z.string() })).optional(),
  /** How much of the wallet was used as far as was known; only where a rule asks for it. */
  wallet_used_percent: z.number().optional(),
  /** Calls that failed before this one, in order, and how. Nothing is owed for them. */
  tried: z
    .array(
      z.object({
        model: z.string(),
        provider_id: z.string().optional(),
        /** The name of the credential it was called with, where its provider has several. */
        credential: z.string().optional(),
        /** The class of the failure, or why it was not called: a refusal's code, the wallet's answer. */
        failed: z.string(),
        status: z.int().nullable(),
        /** Part of its answer was delivered, and the next call went on with it. */
        delivered: z.literal(true).optional(),
        /** When it was called, and how long until it failed: milliseconds, the first since the request came. */
        at_ms: z.int().optional(),
        took_ms: z.int().optional(),
        /** How long was waited after it, for its Retry-After or as a back-off; absent where nothing was. */
        waited_ms: z.int().optional(),
      }),
    )
    .optional(),
  /** The name of the credential that served, where the provider has several. */
  credential: z.string().optional(),
  /** When the call that ended the request began, in milliseconds since it came. Known behind it. */
  called_ms: z.int().optional(),
  /** How many calls failed before those that are listed. */
  tried_more: z.int().optional(),
});
export type RoutingRecord = z.infer<typeof routingRecordSchema>;
