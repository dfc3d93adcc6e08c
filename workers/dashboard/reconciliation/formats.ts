import { readDecimal } from "./decimal.ts";

/** What a provider's export tells of one row. Amounts in 10^-30 dollars; null is what the file does not say. */
export interface ExportRow {
  /** `2026-11-26`, UTC, as providers bill. */
  readonly day: string;
  /** As the file names it; null where the file does not split by model. */
  readonly model: string | null;
  readonly cost: bigint | null;
  readonly requests: number | null;
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
}

/** A cell that cannot be read: which column, and what is expected. */
export class UnreadableCell extends Error {
  readonly column: string;
  constructor(column: string, expected: string) {
    super(expected);
    this.column = column;
  }
}

type Cells = Readonly<Record<string, string>>;

export interface ExportFormat {
  readonly title: string;
  /** A file is of this format when it has all of these columns. */
  readonly columns: readonly string[];
  /** Null: a row that says nothing, as exports have for days without use. */
  read(cells: Cells): ExportRow | null;
}

/** Ordered: the first whose columns a file has is its format. */
export const EXPORT_FORMATS = {
  openai_cost: {
    title: "OpenAI, cost export",
    columns: ["start_time", "amount_value", "amount_currency"],
    read(cells) {
      if ((cells.amount_value ?? "").trim() === "") return null;
      const currency = (cells.amount_currency ?? "").trim().toLowerCase();
      if (currency !== "usd") throw new UnreadableCell("amount_currency", "must be usd");
      return {
        ...NOTHING,
        day: dayOfSeconds(cells, "start_time"),
        model: openaiModel(cells.line_item),
        cost: amount(cells, "amount_value"),
      };
    },
  },
  openai_usage: {
    title: "OpenAI, usage export",
    columns: ["start_time", "num_model_requests", "input_tokens", "output_tokens", "model"],
    read(cells) {
      if ((cells.num_model_requests ?? "").trim() === "") return null;
      return {
        ...NOTHING,
        day: dayOfSeconds(cells, "start_time"),
        model: textOrNull(cells.model),
        requests: count(cells, "num_model_requests"),
        input_tokens: count(cells, "input_tokens"),
        output_tokens: count(cells, "output_tokens"),
      };
    },
  },
  anthropic_usage: {
    title: "Anthropic, usage export",
    columns: ["usage_date_utc", "model_version", "usage_input_tokens_no_cache", "usage_output_tokens"],
    read: (cells) => ({
      ...NOTHING,
      day: dayOfDate(cells, "usage_date_utc"),
      model: textOrNull(cells.model_version),
      input_tokens: ANTHROPIC_INPUT.reduce((sum, column) => sum + count(cells, column), 0),
      output_tokens: count(cells, "usage_output_tokens"),
    }),
  },
  anthropic_cost: {
    title: "Anthropic, cost export",
    columns: ["usage_date_utc", "model", "token_type", "cost_usd"],
    read: (cells) => ({
      ...NOTHING,
      day: dayOfDate(cells, "usage_date_utc"),
      model: textOrNull(cells.model),
      cost: amount(cells, "cost_usd"),
    }),
  },
  generic: {
    title: "Any provider: date, model, cost_usd",
    columns: ["date", "model", "cost_usd"],
    read: (cells) => ({
      day: dayOfDate(cells, "date"),
      model: textOrNull(cells.model),
      cost: amount(cells, "cost_usd"),
      requests: optionalCount(cells, "requests"),
      input_tokens: optionalCount(cells, "input_tokens"),
      output_tokens: optionalCount(cells, "output_tokens"),
    }),
  },
} as const satisfies Readonly<Record<string, ExportFormat>>;

export type FormatName = keyof typeof EXPORT_FORMATS;
export const FORMAT_NAMES = Object.keys(EXPORT_FORMATS) as [FormatName, ...FormatName[]];

const NOTHING = { cost: null, requests: null, input_tokens: null, output_tokens: null } as const;

const ANTHROPIC_INPUT = [
  "usage_input_tokens_no_cache",
  "usage_input_tokens_cache_write_5m",
  "usage_input_tokens_cache_write_1h",
  "usage_input_tokens_cache_read",
] as const;

const textOrNull = (cell: string | undefined): string | null => {
  const text = (cell ?? "").trim();
  return text === "" ? null : text.slice(0, 200);
};

/** `gpt-5-mini-2025-08-07, cached input`: what stands before the last comma. Without one it is a service, by its name. */
function openaiModel(cell: string | undefined): string | null {
  const text = textOrNull(cell);
  if (text === null) return null;
  const comma = text.lastIndexOf(",");
  return comma <= 0 ? text : text.slice(0, comma).trim();
}

function dayOfSeconds(cells: Cells, column: string): string {
  const seconds = Number(cells[column]);
  if (!Number.isSafeInteger(seconds) || seconds <= 0 || seconds > 32_503_680_000) {
    throw new UnreadableCell(column, "must be seconds since 1970 such as 1790553600");
  }
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}

function dayOfDate(cells: Cells, column: string): string {
  const day = (cells[column] ?? "").trim().slice(0, 10);
  const parsed = /^\d{4}-\d{2}-\d{2}$/.test(day) ? new Date(`${day}T00:00:00Z`) : null;
  if (parsed === null || Number.isNaN(parsed.getTime()) || parsed.toISOString().slice(0, 10) !== day) {
    throw new UnreadableCell(column, "must be a date such as 2026-11-26");
  }
  return day;
}

function amount(cells: Cells, column: string): bigint {
  const value = readDecimal(cells[column] ?? "");
  if (value === null) throw new UnreadableCell(column, "must be an amount in dollars such as 12.50");
  return value;
}

function count(cells: Cells, column: string): number {
  const text = (cells[column] ?? "").trim();
  const value = text === "" ? 0 : Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new UnreadableCell(column, "must be a whole number");
  return value;
}

const optionalCount = (cells: Cells, column: string): number | null =>
  (cells[column] ?? "").trim() === "" ? null : count(cells, column);
