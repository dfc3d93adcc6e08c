import type { AnswerOf } from "../../api/types.ts";
import { formatCents } from "../../lib/amounts.ts";
import { label } from "../../lib/format.ts";

export type Results = AnswerOf<"/v1/experiments/{id}/results", "get">;
export type VariantResult = Results["variants"][number];
export type Comparison = Results["comparisons"][number];

export const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;

/** The metrics in the order in which they are shown, and their values in words. */
export const METRICS = [
  { name: "success_rate", title: "Success rate", more: "more is better", show: percent },
  { name: "latency", title: "Latency", more: "less is better", show: (ms: number) => `${Math.round(ms)} ms` },
  {
    name: "cost",
    title: "Cost of a request",
    more: "less is better",
    // Of requests that cost less than a dollar the cents say too little to tell two variants apart.
    show: (usd: number) => (Math.abs(usd) < 1 ? `$${Number(usd.toPrecision(3))}` : formatCents(usd.toFixed(9))),
  },
  { name: "score", title: "Score by feedback", more: "more is better", show: (score: number) => score.toFixed(3) },
] as const;

export const liftText = ({ lift }: Pick<Comparison, "lift">): string =>
  lift === null ? "–" : `${lift < 0 ? "−" : "+"}${percent(Math.abs(lift))}`;

export const pText = (p: number): string => (p < 0.001 ? "< 0.001" : p.toFixed(3));

/** What is proven by the metric that decides, in one sentence. */
export function verdictOf({ metric, comparisons }: Pick<Results, "metric" | "comparisons">): string {
  const proven = comparisons.filter((one) => one.metric === metric && one.significant);
  const sentences = proven.map(
    (one) => `“${one.variant}” is ${one.better ? "better" : "worse"} than the control (${liftText(one)}).`,
  );
  const text =
    sentences.length === 0 ? "Nothing is proven yet. That may still change: look again later." : sentences.join(" ");
  return `By ${label(metric).toLowerCase()}: ${text}`;
}
