import Papa from "papaparse";
import { type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { nanoOfDecimal } from "./decimal.ts";
import {
  EXPORT_FORMATS,
  type ExportFormat,
  type ExportRow,
  FORMAT_NAMES,
  type FormatName,
  UnreadableCell,
} from "./formats.ts";
import { modelKey } from "./model-key.ts";

/** What somebody counted of one model on one day. Null is what they do not say. */
export interface Count {
  readonly cost_nano_usd: bigint | null;
  readonly requests: number | null;
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
}

export interface CountedLine extends Count {
  readonly day: string;
  /** What it is compared by, see model-key.ts; empty where the file does not split by model. */
  readonly key: string;
  /** As it is named there. */
  readonly model: string;
}

export interface ProviderExport {
  readonly format: FormatName;
  /** By day and model, in their order. */
  readonly lines: readonly CountedLine[];
}

/** A year of days and some models; what is more is another year's. */
const LINES_MAX = 10_000;
const DAYS_MAX = 400;

/** Reads a provider's export. Refused with the line and column at fault: nothing of a file that is half right is taken. */
export function readExport(csv: string, wanted: FormatName | null): ProviderExport | Refused {
  const { data, meta } = Papa.parse<Record<string, string>>(csv.replace(/^\uFEFF/, ""), {
    header: true,
    skipEmptyLines: "greedy",
    transformHeader: (name) => name.trim().toLowerCase(),
  });
  const columns = meta.fields ?? [];
  const format = wanted ?? FORMAT_NAMES.find((name) => hasAll(columns, EXPORT_FORMATS[name].columns));
  if (format === undefined || !hasAll(columns, EXPORT_FORMATS[format].columns)) return unknownColumns(columns, wanted);
  const reader: ExportFormat = EXPORT_FORMATS[format];
  const lines = new Map<string, Summed>();
  for (const [index, cells] of data.entries()) {
    let row: ExportRow | null;
    try {
      row = reader.read(cells);
    } catch (error) {
      if (!(error instanceof UnreadableCell)) throw error;
      // The first line is the columns' names.
      return wrong(`Line ${index + 2} of the file: ${error.column} ${error.message}.`);
    }
    if (row !== null) add(lines, row);
    if (lines.size > LINES_MAX)
      return wrong(`The file has more than ${LINES_MAX} days and models. Send a shorter time.`);
  }
  if (lines.size === 0) return wrong("The file has no line that says anything.");
  const sorted = [...lines.values()].map(finished).sort((a, b) => (a.day + a.key < b.day + b.key ? -1 : 1));
  if (daysOf(sorted) > DAYS_MAX) return wrong(`The file is about more than ${DAYS_MAX} days. Send a shorter time.`);
  return { format, lines: sorted };
}

const hasAll = (columns: readonly string[], needed: readonly string[]): boolean =>
  needed.every((name) => columns.includes(name));

const wrong = (message: string): Refused => refuse("invalid_request", { message, param: "csv" });

function unknownColumns(columns: readonly string[], wanted: FormatName | null): Refused {
  const names = wanted === null ? FORMAT_NAMES : [wanted];
  const known = names.map((name) => `${name} (${EXPORT_FORMATS[name].columns.join(", ")})`).join("; ");
  const seen = columns.slice(0, 20).map((name) => name.slice(0, 40));
  return wrong(`The file's columns are ${seen.join(", ") || "none"}. They must be those of ${known}.`);
}

interface Summed extends ExportRow {
  readonly key: string;
}

const plus = <Value extends bigint | number>(a: Value | null, b: Value | null, sum: (a: Value, b: Value) => Value) =>
  a === null ? b : b === null ? a : sum(a, b);

function add(lines: Map<string, Summed>, row: ExportRow): void {
  const key = row.model === null ? "" : modelKey(row.model);
  const place = `${row.day} ${key}`;
  const before = lines.get(place);
  if (before === undefined) {
    lines.set(place, { ...row, key });
    return;
  }
  const number = (a: number, b: number) => a + b;
  lines.set(place, {
    ...before,
    cost: plus(before.cost, row.cost, (a, b) => a + b),
    requests: plus(before.requests, row.requests, number),
    input_tokens: plus(before.input_tokens, row.input_tokens, number),
    output_tokens: plus(before.output_tokens, row.output_tokens, number),
  });
}

const finished = ({ day, key, model, cost, requests, input_tokens, output_tokens }: Summed): CountedLine => ({
  day,
  key,
  model: model ?? "",
  cost_nano_usd: cost === null ? null : nanoOfDecimal(cost),
  requests,
  input_tokens,
  output_tokens,
});

const DAY_MS = 24 * 60 * 60 * 1000;

/** From the first to the last, both included. */
function daysOf(sorted: readonly CountedLine[]): number {
  const [first, last] = [sorted[0], sorted.at(-1)];
  return first === undefined || last === undefined ? 0 : (Date.parse(last.day) - Date.parse(first.day)) / DAY_MS + 1;
}
