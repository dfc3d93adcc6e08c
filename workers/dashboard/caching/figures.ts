import { sql } from "drizzle-orm";
import * as z from "zod";
import { CACHE_STATUSES } from "../../../schema/caching/cache-status.ts";
import { formatUsdSum } from "../../../schema/kernel/money.ts";
import type { Database } from "../store/database.ts";

/** What the cache did with some requests, and what that saved. */
export const shownFigures = z.object({
  requests: z.int().describe("Those that a setting was for."),
  hits: z.int(),
  hits_exact: z.int(),
  hits_semantic: z.int(),
  misses: z.int(),
  refused: z.int().describe("Something was found and did not pass the checks."),
  bypassed: z.int().describe("Not looked for: the caller did not want it, or such requests never are."),
  hit_rate: z.number().nullable().describe("Hits of those that were looked for; null where none was."),
  saved_usd: z.string().describe("What the hits would have cost more, had the provider answered them."),
  cost_usd: z.string().describe("What all of these requests were charged."),
  saved_ms: z.int().describe("By how much hits were faster than the answers that were kept, together."),
  mean_hit_ms: z.number().nullable(),
  mean_miss_ms: z.number().nullable(),
});
export type ShownFigures = z.infer<typeof shownFigures>;

const row = z.object({
  model: z.string(),
  status: z.enum(CACHE_STATUSES),
  requests: z.int(),
  cost: z.string(),
  saved: z.string(),
  saved_ms: z.int(),
  latency_ms: z.int(),
});
type Row = z.infer<typeof row>;

/** The figures of whole hours, all together and by model. Throws what D1 throws. */
export async function cacheFigures(
  db: Database,
  org_id: string,
  { from, to, team_id }: { readonly from: number; readonly to: number; readonly team_id: string | null | undefined },
): Promise<{
  readonly total: ShownFigures;
  readonly by_model: readonly (ShownFigures & { readonly model: string })[];
}> {
  const of_team = team_id === undefined ? sql`` : sql` AND team_id = ${team_id ?? ""}`;
  const rows = await db.all<unknown>(sql`
    SELECT model, status, SUM(requests) AS requests, CAST(SUM(cost_nano_usd) AS TEXT) AS cost,
      CAST(SUM(saved_nano_usd) AS TEXT) AS saved, SUM(saved_ms) AS saved_ms, SUM(latency_ms_sum) AS latency_ms
    FROM cache_hourly
    WHERE org_id = ${org_id} AND hour >= ${from} AND hour < ${to}${of_team}
    GROUP BY model, status ORDER BY model`);
  const read = z.array(row).parse(rows);
  const models = [...new Set(read.map(({ model }) => model))];
  return {
    total: figuresOf(read),
    by_model: models.map((model) => ({ model, ...figuresOf(read.filter((one) => one.model === model)) })),
  };
}

function figuresOf(rows: readonly Row[]): ShownFigures {
  const of = (...statuses: readonly Row["status"][]) => rows.filter(({ status }) => statuses.includes(status));
  const count = (some: readonly Row[]): number => sumOf(some, ({ requests }) => requests);
  const money = (value: (one: Row) => string): string =>
    formatUsdSum(rows.reduce((sum, one) => sum + BigInt(value(one)), 0n));
  const hits = of("hit-exact", "hit-semantic");
  const missed = of("miss", "refused");
  const looked_for = count(hits) + count(missed);
  return {
    requests: count(rows),
    hits: count(hits),
    hits_exact: count(of("hit-exact")),
    hits_semantic: count(of("hit-semantic")),
    misses: count(of("miss")),
    refused: count(of("refused")),
    bypassed: count(of("bypass")),
    hit_rate: ratio(count(hits), looked_for),
    saved_usd: money(({ saved }) => saved),
    cost_usd: money(({ cost }) => cost),
    saved_ms: sumOf(hits, ({ saved_ms }) => saved_ms),
    mean_hit_ms: ratio(
      sumOf(hits, ({ latency_ms }) => latency_ms),
      count(hits),
    ),
    mean_miss_ms: ratio(
      sumOf(missed, ({ latency_ms }) => latency_ms),
      count(missed),
    ),
  };
}

const sumOf = (rows: readonly Row[], value: (row: Row) => number): number =>
  rows.reduce((sum, row) => sum + value(row), 0);

/** To six places; null of nothing. */
export const ratio = (some: number, all: number): number | null =>
  all === 0 ? null : Math.round((some / all) * 1_000_000) / 1_000_000;
