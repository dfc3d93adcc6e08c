import * as z from "zod";
import { escapeCell } from "../../../schema/csv/escape-cell.ts";
import { formatUsdSum } from "../../../schema/kernel/money.ts";
import { formatTime } from "../../../schema/kernel/time.ts";
import { byteStream } from "../export/byte-stream.ts";
import { csvLines } from "../export/csv-lines.ts";
import {
  type ComparedLine,
  driftOfCounts,
  FINDINGS,
  findingOf,
  judge,
  type ModelTotal,
  totalsByModel,
} from "./compare.ts";
import { FORMAT_NAMES } from "./formats.ts";
import { modelKey } from "./model-key.ts";
import type { Count } from "./read-export.ts";
import type { Reconciliation } from "./store.ts";

const percent = z
  .string()
  .nullable()
  .describe("Ours against theirs, in percent of theirs: `0.50` is half a percent more. Null where theirs is nothing.");

const side = z
  .object({
    cost_usd: z.string().nullable(),
    requests: z.int().nullable(),
    input_tokens: z.int().nullable(),
    output_tokens: z.int().nullable(),
  })
  .nullable()
  .describe("Null: nothing of it here.");

const compared = { theirs: side, ours: side, drift_percent: percent, finding: z.enum(FINDINGS) };

export const shownReconciliation = z.object({
  id: z.string(),
  provider_id: z.string(),
  format: z.enum(FORMAT_NAMES),
  first_day: z.string().describe("UTC, as providers bill."),
  last_day: z.string(),
  threshold_percent: z.string(),
  drift_percent: percent,
  alarm: z.boolean().describe("The whole, or a model of weight, is further apart than the threshold."),
  compared_at: z.iso.datetime(),
  created_at: z.iso.datetime(),
});

export const shownDetail = shownReconciliation.extend({
  alarm_models: z.array(z.string()).describe("The models that are further apart than the threshold."),
  models: z.array(z.object({ model: z.string(), ...compared })).describe("Over all days, the largest first."),
  days: z.array(z.object({ day: z.string(), model: z.string(), ...compared })),
});

export const show = (row: Reconciliation): z.infer<typeof shownReconciliation> => ({
  id: row.id,
  provider_id: row.provider_id,
  format: z.enum(FORMAT_NAMES).parse(row.format),
  first_day: row.first_day,
  last_day: row.last_day,
  threshold_percent: formatPercent(row.threshold),
  drift_percent: row.drift === null ? null : formatPercent(row.drift),
  alarm: row.alarm,
  compared_at: formatTime(row.compared_at),
  created_at: formatTime(row.created_at),
});

export function showDetail(row: Reconciliation, lines: readonly ComparedLine[]): z.infer<typeof shownDetail> {
  const totals = totalsByModel(lines, modelKey).toSorted(byWeight);
  return {
    ...show(row),
    alarm_models: [...judge(totals, row.threshold).models],
    models: totals.map((total) => ({ model: total.model, ...showSides(total) })),
    days: lines.map((line) => ({ day: line.day, model: line.model, ...showSides(line) })),
  };
}

function showSides(sides: Pick<ComparedLine, "theirs" | "ours">) {
  const drift = driftOfCounts(sides.ours, sides.theirs);
  return {
    theirs: showCount(sides.theirs),
    ours: showCount(sides.ours),
    drift_percent: drift === null ? null : formatPercent(drift),
    finding: findingOf(sides),
  };
}

const showCount = (count: Count | null): z.infer<typeof side> =>
  count === null
    ? null
    : {
        cost_usd: count.cost_nano_usd === null ? null : formatUsdSum(count.cost_nano_usd),
        requests: count.requests,
        input_tokens: count.input_tokens,
        output_tokens: count.output_tokens,
      };

const weight = ({ theirs, ours }: ModelTotal): bigint => {
  const [a, b] = [theirs?.cost_nano_usd ?? 0n, ours?.cost_nano_usd ?? 0n];
  return a > b ? a : b;
};

const byWeight = (a: ModelTotal, b: ModelTotal): number =>
  weight(a) === weight(b) ? (a.model < b.model ? -1 : 1) : weight(a) > weight(b) ? -1 : 1;

/** Hundredths of a percent as percent with two places. */
export function formatPercent(hundredths: number): string {
  const absolute = Math.abs(hundredths);
  return `${hundredths < 0 ? "-" : ""}${Math.floor(absolute / 100)}.${String(absolute % 100).padStart(2, "0")}`;
}

const HEAD = [
  "day",
  "model",
  "finding",
  "their_cost_usd",
  "our_cost_usd",
  "drift_percent",
  "their_requests",
  "our_requests",
  "their_input_tokens",
  "our_input_tokens",
  "their_output_tokens",
  "our_output_tokens",
];

/** A line a day and model. */
export const linesCsv = (lines: readonly ComparedLine[]): ReadableStream<Uint8Array> => byteStream(csvPieces(lines));

async function* csvPieces(lines: readonly ComparedLine[]): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  yield encoder.encode(csvLines([HEAD]));
  for (let from = 0; from < lines.length; from += 500)
    yield encoder.encode(csvLines(lines.slice(from, from + 500).map(cellsOf)));
}

function cellsOf(line: ComparedLine): string[] {
  const { theirs, ours, drift_percent, finding } = showSides(line);
  const text = (value: string | number | null | undefined): string => (value == null ? "" : String(value));
  return [
    line.day,
    escapeCell(line.model),
    finding,
    text(theirs?.cost_usd),
    text(ours?.cost_usd),
    text(drift_percent),
    text(theirs?.requests),
    text(ours?.requests),
    text(theirs?.input_tokens),
    text(ours?.input_tokens),
    text(theirs?.output_tokens),
    text(ours?.output_tokens),
  ];
}
