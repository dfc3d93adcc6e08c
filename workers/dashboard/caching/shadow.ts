import * as z from "zod";
import { formatUsdSum } from "../../../schema/kernel/money.ts";
import type { ShadowReport, ShadowStep } from "../../../schema/wire/cache-rpc.ts";
import { ratio } from "./figures.ts";

const counts = {
  found: z.int().describe("Requests for which the best that was found has such a score."),
  refused: z.int().describe("Of these, those that would not have been served: vetoed, or not what was stored."),
  would_serve: z.int(),
  differed: z.int().describe("Of `would_serve`, those whose fresh answer was another one."),
  mean_likeness: z
    .number()
    .nullable()
    .describe("Share of the words that the fresh answer and the kept one have in common, on average."),
  saved_usd: z.string(),
  saved_ms: z.int(),
};

/** What would have been served, step by step of scores: what a threshold is chosen by. */
export const shownShadow = z.object({
  requests: z.int().describe("Requests that were looked at in shadow."),
  exact: z.object(counts),
  semantic: z.array(z.object({ from: z.number(), to: z.number(), ...counts })).describe("The highest scores first."),
  thresholds: z
    .array(
      z.object({
        threshold: z.number(),
        would_serve: z.int(),
        hit_rate: z.number().nullable(),
        false_hits: z.number().nullable().describe("Share of those whose fresh answer was another one."),
        saved_usd: z.string(),
      }),
    )
    .describe("What each threshold would have served by meaning."),
});

type Sums = ShadowReport["exact"];

/** The reports of some namespaces, added up. */
export function showShadow(reports: readonly ShadowReport[]): z.infer<typeof shownShadow> {
  const requests = reports.reduce((sum, report) => sum + report.requests, 0);
  const [first] = reports;
  const semantic = (first?.semantic ?? []).map(
    ({ from, to }, at): ShadowStep => ({ from, to, ...added(reports.flatMap((report) => report.semantic[at] ?? [])) }),
  );
  return {
    requests,
    exact: show(added(reports.map(({ exact }) => exact))),
    semantic: semantic.map(({ from, to, ...sums }) => ({ from, to, ...show(sums) })),
    thresholds: semantic.map(({ from }, at) => {
      const above = added(semantic.slice(0, at + 1));
      return {
        threshold: from,
        would_serve: above.would_serve,
        hit_rate: ratio(above.would_serve, requests),
        false_hits: ratio(above.differed, above.would_serve),
        saved_usd: formatUsdSum(BigInt(above.saved_nano_usd)),
      };
    }),
  };
}

/** A mean weighs by what it is of. */
function added(all: readonly Sums[]): Sums {
  const sum = (value: (one: Sums) => number): number => all.reduce((total, one) => total + value(one), 0);
  const served = sum(({ would_serve }) => would_serve);
  return {
    found: sum(({ found }) => found),
    refused: sum(({ refused }) => refused),
    would_serve: served,
    differed: sum(({ differed }) => differed),
    mean_likeness: served === 0 ? null : sum((one) => (one.mean_likeness ?? 0) * one.would_serve) / served,
    saved_nano_usd: sum(({ saved_nano_usd }) => saved_nano_usd),
    saved_ms: sum(({ saved_ms }) => saved_ms),
  };
}

const show = ({ saved_nano_usd, mean_likeness, ...sums }: Sums) => ({
  ...sums,
  mean_likeness: mean_likeness === null ? null : ratio(mean_likeness, 1),
  saved_usd: formatUsdSum(BigInt(saved_nano_usd)),
});
