import * as z from "zod";

/** One measurement that the client process makes. */
export const jobSchema = z.object({
  port: z.int(),
  path: z.string(),
  /** Sent in turn, one per request: as many wallets are used. */
  authorizations: z.array(z.string()).min(1),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
  status: z.int(),
  /** Whether events, bursts and gaps are looked at. */
  stream: z.boolean(),
  concurrency: z.int().min(1),
  /** New requests begin for this long; those that run then are waited for. */
  duration_ms: z.number().min(1),
});
export type Job = z.infer<typeof jobSchema>;

const numbers = z.instanceof(Float32Array);

export const jobResultSchema = z.object({
  requests: z.int(),
  /** Requests with another status, or whose connection broke. */
  failures: z.int(),
  first_failure: z.string().nullable(),
  elapsed_ms: z.number(),
  /** From the request's write to the last byte, one per request. */
  latencies_ms: numbers,
  /** From the request's write to the first byte of the body. */
  first_byte_ms: numbers,
  /** Between two reads of one stream that brought something. */
  gaps_ms: numbers,
  events: z.int(),
  /** Reads that brought more than one event. */
  bursts: z.int(),
});
export type JobResult = z.infer<typeof jobResultSchema>;
