import * as z from "zod";

/** One try to send a message, as its delivery keeps it. */
export const attemptSchema = z.object({
  /** Milliseconds. */
  at: z.int(),
  taken: z.boolean(),
  http_status: z.int().nullable(),
  problem: z.string().nullable(),
  latency_ms: z.int(),
});

export type Attempt = z.infer<typeof attemptSchema>;
