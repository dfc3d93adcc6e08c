import * as z from "zod";

/** What the request log keeps beside the status of what the response cache did. */
export const cacheDetailSchema = z.object({
  /** What stood in the way, as the header `x-ao-cache-reason` says it; null where nothing did. */
  reason: z.string().nullable(),
  /** How old the answer was that was served, in milliseconds; null of what is no hit. */
  age_ms: z.int().nullable(),
  /** The request whose answer was served; null of what is no hit, and of answers that were kept before that was. */
  source_request_id: z.string().nullable(),
});
export type CacheDetail = z.infer<typeof cacheDetailSchema>;
