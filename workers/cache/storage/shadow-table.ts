import * as z from "zod";
import {
  LIKE_ENOUGH,
  type ShadowObservation,
  type ShadowReport,
  type ShadowStep,
} from "../../../schema/wire/cache-rpc.ts";

/** Enough for a week of a busy team; the oldest go first. */
const KEPT = 20_000;

const schema = z.object({
  at: z.int(),
  model: z.string(),
  found: z.enum(["exact", "semantic"]).nullable(),
  score: z.number().nullable(),
  refused: z.string().nullable(),
  likeness: z.number().nullable(),
  saved_nano_usd: z.int(),
  saved_ms: z.int(),
});

export function insertObservation(sql: SqlStorage, observation: ShadowObservation): void {
  const { seq } = sql
    .exec<{ seq: number }>(
      "INSERT INTO shadow (at, observation) VALUES (?, ?) RETURNING seq",
      observation.at,
      JSON.stringify(observation),
    )
    .one();
  sql.exec("DELETE FROM shadow WHERE seq <= ?", seq - KEPT);
}

/** The lower ends of the steps that scores are reported by, the highest first. */
const STEPS = [0.99, 0.98, 0.97, 0.96, 0.95, 0.94, 0.93, 0.92, 0.91, 0.9, 0.88, 0.86, 0.84, 0.82, 0.8] as const;

export function shadowReport(sql: SqlStorage, since: number): ShadowReport {
  const rows = sql
    .exec<{ observation: string }>("SELECT observation FROM shadow WHERE at >= ? ORDER BY seq", since)
    .toArray()
    .map(({ observation }) => schema.parse(JSON.parse(observation)));
  const semantic = rows.filter(({ found }) => found === "semantic");
  return {
    requests: rows.length,
    exact: sumOf(rows.filter(({ found }) => found === "exact")),
    semantic: STEPS.map((from, index): ShadowStep => {
      const to = STEPS[index - 1] ?? Number.POSITIVE_INFINITY;
      const within = semantic.filter(({ score }) => score !== null && score >= from && score < to);
      return { from, to: Math.min(to, 1), ...sumOf(within) };
    }),
  };
}

function sumOf(rows: readonly z.infer<typeof schema>[]): ShadowReport["exact"] {
  const served = rows.filter(({ refused }) => refused === null);
  const compared = served.flatMap(({ likeness }) => (likeness === null ? [] : [likeness]));
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  return {
    found: rows.length,
    refused: rows.length - served.length,
    would_serve: served.length,
    differed: compared.filter((likeness) => likeness < LIKE_ENOUGH).length,
    mean_likeness: compared.length === 0 ? null : sum(compared) / compared.length,
    saved_nano_usd: sum(served.map(({ saved_nano_usd }) => saved_nano_usd)),
    saved_ms: sum(served.map(({ saved_ms }) => saved_ms)),
  };
}
