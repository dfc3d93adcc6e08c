import * as z from "zod";

/** What the process that asks as the console does is told, and what it answers. */

/** The file and what it holds. Times are milliseconds since the epoch. */
export const askSchema = z.object({
  file: z.string(),
  org_id: z.string(),
  /** The time of the first and behind the last row. */
  from: z.int(),
  to: z.int(),
  /** How often each query is asked at most. */
  repeats: z.int(),
  /** All that is asked, or what sums answer alone. */
  which: z.enum(["all", "sums"]),
  /** Something of each kind that is there, by the filter's name. */
  values: z.record(z.string(), z.string()),
});
export type Ask = z.infer<typeof askSchema>;

const measuredSchema = z.object({
  name: z.string(),
  /** The first time, and in the middle of all times. */
  first_ms: z.number(),
  median_ms: z.number(),
  /** The least of all times on the processor: what others do there is not in it. */
  cpu_ms: z.number(),
  times: z.int(),
  /** Statements of one time. */
  statements: z.int(),
  /** Rows, groups or lines of the answer. */
  found: z.int(),
  /** How SQLite reads the tables of the log: each step of the plans once. */
  plan: z.array(z.string()),
  /** Steps that read such a table from end to end. */
  scans: z.array(z.string()),
});
export type Measured = z.infer<typeof measuredSchema>;

export const answerSchema = z.array(measuredSchema);
