import * as z from "zod";
import { type Figures, noFigures } from "./figures.ts";

/** Which run of which experiment, and its variants in their order. */
export interface Run {
  readonly experiment_id: string;
  readonly run: number;
  readonly variants: readonly [string, ...string[]];
}

type Reader = Pick<D1Database, "prepare" | "batch">;

const figuresRow = z.object({
  variant: z.string(),
  requests: z.int(),
  errors: z.int(),
  cancelled: z.int(),
  failed_over: z.int(),
  cached: z.int(),
  moved: z.int(),
  answered: z.int(),
  input_tokens: z.int(),
  output_tokens: z.int(),
  cost_nano_usd: z.number(),
  cost_squares: z.number(),
  latency_ms: z.number(),
  latency_squares: z.number(),
});
const latencyRow = z.object({ variant: z.string(), bucket: z.int(), requests: z.int() });
const scoreRow = z.object({ variant: z.string(), count: z.int(), sum: z.number(), sum_of_squares: z.number() });

const OF_RUN = "WHERE experiment_id = ?1 AND run = ?2";

/** What is known of each variant of a run, in the order of the variants. One round trip; throws what D1 throws. */
export async function loadFigures(db: Reader, wanted: Run): Promise<[Figures, ...Figures[]]> {
  const { experiment_id, run, variants } = wanted;
  const [sums, latencies, scores] = await db.batch(
    [
      `SELECT ${Object.keys(figuresRow.shape).join(", ")} FROM experiment_figures ${OF_RUN}`,
      `SELECT variant, bucket, requests FROM experiment_latencies ${OF_RUN}`,
      `SELECT variant, COUNT(*) AS count, SUM(score) AS sum, SUM(score * score) AS sum_of_squares FROM request_feedback ${OF_RUN} GROUP BY variant`,
    ].map((sql) => db.prepare(sql).bind(experiment_id, run)),
  );
  const rows = {
    sums: z.array(figuresRow).parse(sums?.results ?? []),
    latencies: z.array(latencyRow).parse(latencies?.results ?? []),
    scores: z.array(scoreRow).parse(scores?.results ?? []),
  };
  const [control, ...others] = variants;
  return [figuresOf(control, rows), ...others.map((variant) => figuresOf(variant, rows))];
}

interface Rows {
  readonly sums: readonly z.infer<typeof figuresRow>[];
  readonly latencies: readonly z.infer<typeof latencyRow>[];
  readonly scores: readonly z.infer<typeof scoreRow>[];
}

function figuresOf(variant: string, rows: Rows): Figures {
  const none = noFigures(variant);
  const scored = rows.scores.find((row) => row.variant === variant);
  const { count: ratings, sum, sum_of_squares } = scored ?? none.score;
  const score = { count: ratings, sum, sum_of_squares };
  const row = rows.sums.find((one) => one.variant === variant);
  if (row === undefined) return { ...none, score };
  const { answered: count, cost_nano_usd, cost_squares, latency_ms, latency_squares, ...counts } = row;
  const own = rows.latencies.filter((one) => one.variant === variant);
  return {
    ...counts,
    cost: { count, sum: cost_nano_usd, sum_of_squares: cost_squares },
    latency: { count, sum: latency_ms, sum_of_squares: latency_squares },
    latencies: new Map(own.map(({ bucket, requests }) => [bucket, requests])),
    score,
  };
}
