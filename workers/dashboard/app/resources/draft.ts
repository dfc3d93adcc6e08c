import { plainUsd } from "../lib/amounts.ts";
import { formatNumber } from "../lib/format.ts";
import { isRow, parseJson, type Row } from "../lib/json.ts";
import type { FieldInfo } from "./resource-info.ts";

/** What stands in a form's fields, as it was typed, and what of it is sent. Pure. */

export type Draft = Readonly<Record<string, unknown>>;

/** What is typed into "no limit" boxes. */
export const NO_LIMIT = null;

export interface Reading {
  readonly values: Row;
  /** What is wrong, by field. */
  readonly errors: Readonly<Record<string, string>>;
}

/** What stands in a field at first: what it is now, or the default of a new one. */
export function initialOf(field: FieldInfo, row: Row | null): unknown {
  const value = row === null ? field.default : (row[field.name] ?? null);
  switch (field.kind) {
    case "flag":
      return value === true;
    case "usd":
      if (typeof value === "string") return plainUsd(value);
      // A limit that must be given is not forgotten: no limit is something that one chooses.
      return field.nullable && !(row === null && field.required) ? NO_LIMIT : "";
    case "json":
      return value === null ? "" : JSON.stringify(value, null, 2);
    case "list":
      return Array.isArray(value)
        ? value.map((item) => (isRow(item) ? JSON.stringify(item) : String(item))).join("\n")
        : "";
    case "secret":
      return "";
    default:
      return typeof value === "string" || typeof value === "number" ? String(value) : "";
  }
}

export const initialDraft = (fields: readonly FieldInfo[], row: Row | null): Draft =>
  Object.fromEntries(fields.map((field) => [field.name, initialOf(field, row)]));

/** The values to send: what was changed, and for a new one what is required as well. */
export function readDraft(
  fields: readonly FieldInfo[],
  row: Row | null,
  draft: Draft,
  own: readonly string[],
): Reading {
  const values: Record<string, unknown> = {};
  const errors: Record<string, string> = {};
  for (const field of fields) {
    const typed = draft[field.name];
    const before = own.includes(field.name) ? undefined : initialOf(field, row);
    const creating = row === null;
    const same =
      typeof typed === "string" && typeof before === "string" ? typed.trim() === before.trim() : typed === before;
    if (same && !(creating && field.required)) continue;
    if (own.includes(field.name)) {
      if (typed !== undefined) values[field.name] = typed;
      continue;
    }
    const read = readTyped(field, typed, creating, row);
    if ("error" in read) errors[field.name] = read.error;
    else if (read.value !== undefined) values[field.name] = read.value;
  }
  return { values, errors };
}

type Typed = { readonly value: unknown } | { readonly error: string };

function readTyped(field: FieldInfo, typed: unknown, creating: boolean, row: Row | null): Typed {
  if (typeof typed === "boolean") return { value: typed };
  if (field.kind === "usd") return readUsd(field, typed, creating);
  const text = typeof typed === "string" ? typed.trim() : "";
  if (text === "") {
    if (field.kind === "secret" && !creating) return { value: undefined };
    if (field.kind === "list" && !creating) return { value: [] };
    if (field.nullable && !(creating && field.required && field.kind === "choice"))
      return { value: creating && !field.required ? undefined : null };
    return creating && !field.required
      ? { value: undefined }
      : { error: field.kind === "choice" || field.kind === "reference" ? "Choose one." : "Fill this in." };
  }
  switch (field.kind) {
    case "integer":
      return readInteger(field, text);
    case "json": {
      const value = parseJson(text);
      return value === undefined ? { error: "This is not valid JSON." } : { value };
    }
    case "list":
      return { value: readList(field, text, row) };
    case "time": {
      const at = new Date(text);
      return Number.isNaN(at.getTime()) ? { error: "Give a moment." } : { value: at.toISOString() };
    }
    default:
      return { value: field.kind === "secret" ? String(typed) : text };
  }
}

/** "200000", or in groups of three as it is shown: "200,000". */
function readInteger({ least, most }: FieldInfo, text: string): Typed {
  const digits = /^\d{1,3}(?:,\d{3})+$/.test(text) ? text.replaceAll(",", "") : text;
  const value = /^-?\d{1,15}$/.test(digits) ? Number(digits) : null;
  if (value !== null && value >= least && value <= most) return { value };
  const bound =
    most === Number.MAX_SAFE_INTEGER ? `${formatNumber(least)} on` : `${formatNumber(least)} to ${formatNumber(most)}`;
  return { error: `Give a whole number from ${bound}.` };
}

function readUsd(field: FieldInfo, typed: unknown, creating: boolean): Typed {
  if (typed === NO_LIMIT) return { value: null };
  const text = typeof typed === "string" ? typed.trim().replace(/^\$/, "").replaceAll(",", "") : "";
  if (/^\d+(\.\d{1,9})?$/.test(text)) return { value: text };
  if (text === "" && creating && !field.required) return { value: undefined };
  if (text === "")
    return { error: field.nullable ? "Give an amount in dollars, or choose no limit." : "Give an amount in dollars." };
  return { error: "Give an amount in dollars, such as 25 or 0.005, with at most nine places." };
}

/** One entry a line. Entries are numbers where the ones before them are, and JSON where they look like it. */
function readList(field: FieldInfo, text: string, row: Row | null): readonly unknown[] {
  const before = row === null ? field.default : row[field.name];
  const numbers = Array.isArray(before) && before.some((item) => typeof item === "number");
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean)
    .map((line) => {
      if (numbers && /^\d+$/.test(line)) return Number(line);
      return line.startsWith("{") ? (parseJson(line) ?? line) : line;
    });
}
