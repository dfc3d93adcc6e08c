import * as z from "zod";
import { cacheDetailSchema } from "../caching/cache-detail.ts";
import { CACHE_STATUSES } from "../caching/cache-status.ts";
import { USAGE_SOURCES, usageSchema } from "../canonical/usage.ts";
import { routingRecordSchema } from "../routing/routing-record.ts";

/**
 * Who asked and for what: known before the provider is called, kept with the hold, so that even a request whose gateway
 * died has a complete log row. Never prompt text, never a credential.
 */
export const requestContextSchema = z.object({
  org_id: z.string(),
  key_id: z.string(),
  route: z.string(),
  dialect: z.string(),
  provider_id: z.string(),
  provider_kind: z.string(),
  /** The model as the caller can name it, `provider/model`. */
  model: z.string(),
  stream: z.boolean(),
  feature: z.string().nullable(),
  tags: z.record(z.string(), z.string()),
  subject: z.string().nullable(),
  country: z.string().nullable(),
  trace_id: z.string().nullable(),
  started_at: z.int(),
  /** Why it went to its model; null where nothing was chosen. Holds and events of older versions do not say. */
  routing: routingRecordSchema.nullable().optional(),
});
export type RequestContext = z.infer<typeof requestContextSchema>;

/** How a request ended, for the caller. */
export const REQUEST_OUTCOMES = [
  /** The answer was delivered whole. */
  "completed",
  /** Cut by us at what the wallet covers. */
  "cut",
  /** The caller left before the end. */
  "cancelled",
  /** The provider's stream ended without its terminal event. */
  "incomplete",
  /** The provider answered with an error, or an error event in the stream. */
  "upstream_error",
  "upstream_timeout",
  /** The gateway never reported back; the hold's deadline ended it. */
  "expired",
] as const;
export type RequestOutcome = (typeof REQUEST_OUTCOMES)[number];

/** Those whose answer was delivered, which is what latencies are about: a failure is fast or slow for other reasons. */
export const DELIVERED_OUTCOMES = ["completed", "cut"] as const satisfies readonly RequestOutcome[];

/** Those that are the provider's failure or ours, not the caller's doing: what an error rate counts. */
export const FAILED_OUTCOMES = [
  "incomplete",
  "upstream_error",
  "upstream_timeout",
  "expired",
] as const satisfies readonly RequestOutcome[];

/** What came of it: known after the last byte. */
export const requestRecordSchema = z.object({
  outcome: z.enum(REQUEST_OUTCOMES),
  /** HTTP status that the caller saw. */
  status: z.int(),
  error_code: z.string().nullable(),
  usage: usageSchema,
  usage_source: z.enum(USAGE_SOURCES),
  /** The charge rests on our own count or bound, not on the provider's report. */
  estimated: z.boolean(),
  /** Usage components that had no price of their own and were charged at the dearest one; an operator must look. */
  unpriced: z.array(z.string()),
  price_id: z.string(),
  upstream_model: z.string().nullable(),
  upstream_request_id: z.string().nullable(),
  finish_reason: z.string().nullable(),
  attempts: z.int(),
  latency_ms: z.int(),
  first_byte_ms: z.int().nullable(),
  /** How long until the provider was called that answered, or the last one; absent where none was, and in older records. */
  called_ms: z.int().optional(),
  /** What the response cache did; absent where none was asked for. */
  cache: z
    .object({
      status: z.enum(CACHE_STATUSES),
      /** How near the question was that was answered before; 1 is the same. */
      score: z.number().nullable(),
      /** What a hit would have cost more, had the provider answered it. */
      saved_nano_usd: z.int(),
      /** By how much a hit was faster than the answer that was kept. */
      saved_ms: z.int(),
      /** Records of older versions do not say. */
      detail: cacheDetailSchema.optional(),
    })
    .optional(),
});
export type RequestRecord = z.infer<typeof requestRecordSchema>;
