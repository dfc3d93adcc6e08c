import { escapeCell } from "../../../schema/csv/escape-cell.ts";
import { formatUsdSum } from "../../../schema/kernel/money.ts";
import { formatTime } from "../../../schema/kernel/time.ts";
import { byteStream } from "../export/byte-stream.ts";
import { csvLines } from "../export/csv-lines.ts";
import { fieldsOf } from "./dimensions.ts";
import type { ChargebackQuery } from "./query.ts";
import type { Group } from "./sum.ts";

export interface Chargeback {
  readonly query: ChargebackQuery;
  readonly groups: readonly Group[];
  readonly total_nano_usd: bigint;
}

const FIGURES = ["requests", "input_tokens", "output_tokens", "cost_usd"] as const;

/** Lines made at a time: what is in memory twice. */
const PIECE = 500;

/** A line of heads, then a line a group. What people typed is escaped; figures are plain numbers, also below zero. */
export const chargebackCsv = (chargeback: Chargeback): ReadableStream<Uint8Array> => byteStream(csvPieces(chargeback));

async function* csvPieces({ query, groups }: Chargeback): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  yield encoder.encode(csvLines([[...fieldsOf(query.group_by), ...FIGURES]]));
  for (const piece of pieces(groups)) {
    const rows = piece.map((group) => [
      ...group.fields.map((field) => escapeCell(field ?? "")),
      String(group.requests),
      String(group.input_tokens),
      String(group.output_tokens),
      formatUsdSum(group.cost_nano_usd),
    ]);
    yield encoder.encode(csvLines(rows));
  }
}

/** One JSON object, one line a group. */
export const chargebackJson = (chargeback: Chargeback): ReadableStream<Uint8Array> =>
  byteStream(jsonPieces(chargeback));

async function* jsonPieces({ query, groups, total_nano_usd }: Chargeback): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  const { range, time_zone, group_by } = query;
  const head = { from: formatTime(range.from), to: formatTime(range.to), time_zone, group_by };
  yield encoder.encode(`${JSON.stringify(head).slice(0, -1)},"data":[`);
  const names = fieldsOf(group_by);
  let separator = "\n";
  for (const piece of pieces(groups)) {
    yield encoder.encode(separator + piece.map((group) => JSON.stringify(shown(names, group))).join(",\n"));
    separator = ",\n";
  }
  yield encoder.encode(`\n],"total_usd":${JSON.stringify(formatUsdSum(total_nano_usd))}}\n`);
}

function shown(names: readonly string[], { fields, cost_nano_usd, ...counts }: Group): Record<string, unknown> {
  const named = Object.fromEntries(names.map((name, index) => [name, fields[index] ?? null]));
  return { ...named, ...counts, cost_usd: formatUsdSum(cost_nano_usd) };
}

function* pieces(groups: readonly Group[]): Generator<readonly Group[]> {
  for (let from = 0; from < groups.length; from += PIECE) yield groups.slice(from, from + PIECE);
}
