import * as z from "zod";

/** A trial says so after each of its runs: it does not hang. */
export const RUN_DONE = "run done";

/** What a trial is given, and what it says. */
export const trialSchema = z.object({
  seed: z.int(),
  runs: z.int(),
  steps: z.int(),
  migrations: z.array(z.string()),
});
export type Trial = z.infer<typeof trialSchema>;

export const verdictSchema = z.object({
  /** Null when the bug was not found. */
  invariant: z.string().nullable(),
  problem: z.string(),
  seed: z.int(),
  /** Steps before it was found, in all runs. */
  steps: z.int(),
  runs: z.int(),
});
export type Verdict = z.infer<typeof verdictSchema>;
