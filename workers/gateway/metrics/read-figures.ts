import * as z from "zod";

const text = z.string();
const figures = {
  requests: z.array(
    z.object({
      provider_id: text,
      model: text,
      outcome: text,
      requests: text,
      attempts: text,
      input_tokens: text,
      output_tokens: text,
      charged_nano_usd: text,
      credited_nano_usd: text,
    }),
  ),
  cache: z.array(z.object({ provider_id: text, model: text, status: text, requests: text, saved_nano_usd: text })),
  latencies: z.array(
    z.object({
      provider_id: text,
      model: text,
      metric: z.enum(["latency", "first_byte"]),
      bound_ms: z.int(),
      requests: z.int(),
      sum_ms: z.int(),
    }),
  ),
  providers: z.array(z.object({ kind: text, state: text, providers: z.int() })),
  text_failures: z.array(z.object({ reason: text, requests: text })),
  dead_letters: z.array(z.object({ queue: text, letters: z.int() })),
  jobs: z.array(z.object({ job: text, at: z.int() })),
  newest: z.array(z.object({ at: z.int().nullable() })),
};
const schema = z.object(figures);
export type Figures = z.infer<typeof schema>;

/** Sums are text: they may be beyond 2^53. */
const asText = (column: string): string => `CAST(${column} AS TEXT) AS ${column}`;

const STATEMENTS: Readonly<Record<keyof typeof figures, string>> = {
  requests: `SELECT provider_id, model, outcome, ${["requests", "attempts", "input_tokens", "output_tokens", "charged_nano_usd", "credited_nano_usd"].map(asText).join(", ")} FROM request_totals ORDER BY provider_id, model, outcome`,
  cache: `SELECT provider_id, model, status, ${["requests", "saved_nano_usd"].map(asText).join(", ")} FROM cache_totals ORDER BY provider_id, model, status`,
  latencies:
    "SELECT provider_id, model, metric, bound_ms, requests, sum_ms FROM latency_totals ORDER BY metric, provider_id, model, bound_ms",
  providers:
    "SELECT kind, COALESCE(state, 'unknown') AS state, COUNT(*) AS providers FROM providers LEFT JOIN provider_health ON provider_health.org_id = providers.org_id AND provider_health.provider_id = providers.id WHERE enabled = 1 GROUP BY kind, COALESCE(state, 'unknown') ORDER BY kind, state",
  text_failures: `SELECT reason, ${asText("requests")} FROM text_failure_totals ORDER BY reason`,
  dead_letters:
    "SELECT queue, COUNT(*) AS letters FROM dead_letters WHERE replayed_at IS NULL GROUP BY queue ORDER BY queue",
  jobs: "SELECT job, MAX(scheduled_at) AS at FROM job_runs GROUP BY job ORDER BY job",
  newest: "SELECT MAX(at) AS at FROM request_log",
};

/** What D1 knows of the deployment, in one transaction. Throws what D1 throws. */
export async function readFigures(db: D1Database): Promise<Figures> {
  const names = Object.keys(STATEMENTS).filter((name): name is keyof typeof figures => Object.hasOwn(STATEMENTS, name));
  const results = await db.batch(names.map((name) => db.prepare(STATEMENTS[name])));
  return schema.parse(Object.fromEntries(names.map((name, index) => [name, results[index]?.results ?? []])));
}
