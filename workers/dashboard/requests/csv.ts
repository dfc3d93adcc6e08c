import { inputTokens, outputTokens } from "../../../schema/canonical/usage.ts";
import { escapeCell } from "../../../schema/csv/escape-cell.ts";
import { byteStream, type Pages } from "../export/byte-stream.ts";
import { csvLines } from "../export/csv-lines.ts";
import type { LoggedRequest } from "./search.ts";
import { showRequest } from "./shown.ts";

const COLUMNS = [
  "id",
  "at",
  "outcome",
  "status",
  "error_code",
  "provider",
  "model",
  "stream",
  "input_tokens",
  "output_tokens",
  "cost_usd",
  "estimated",
  "unsettled",
  "wallet_id",
  "team_id",
  "cost_center",
  "key_id",
  "feature",
  "tags",
  "subject",
  "country",
  "attempts",
  "latency_ms",
  "cache",
  "cache_score",
  "saved_usd",
] as const;

/** Requests as CSV with a line of heads. What callers typed is never a formula; figures are written as they are. */
export const requestsCsv = (pages: Pages<LoggedRequest>): ReadableStream<Uint8Array> => byteStream(lines(pages));

async function* lines(pages: Pages<LoggedRequest>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  yield encoder.encode(csvLines([[...COLUMNS]]));
  for await (const page of pages) yield encoder.encode(csvLines(page.map(cells)));
}

function cells(row: LoggedRequest): string[] {
  const { usage, tags, charged_attempts: _, ...shown } = showRequest(row);
  const values = {
    ...shown,
    input_tokens: inputTokens(usage),
    output_tokens: outputTokens(usage),
    tags: Object.entries(tags)
      .map(([key, value]) => `${key}:${value}`)
      .join(","),
  };
  return COLUMNS.map((column) => {
    const value = values[column];
    if (value === null) return "";
    // A cost below zero begins with a minus and is a figure: only the caller's texts are neutralised.
    return typeof value === "string" && column !== "cost_usd" ? escapeCell(value) : String(value);
  });
}
