import { isRow } from "../../lib/json.ts";

/**
 * Conditions as rows of a form, and rows as conditions. What a form has no row for (`all`, `any`, `not`, health and
 * figures of targets) is kept beside the rows as it is.
 */

export const TEXTS = [
  "model",
  "feature",
  "team",
  "key",
  "wallet",
  "cost_center",
  "subject",
  "country",
  "region",
  "operation",
  "dialect",
] as const;
export const NUMBERS = ["input_tokens", "max_output_tokens", "estimated_cost_usd", "wallet_used_percent"] as const;
export const FLAGS = ["tools", "images", "json", "reasoning", "stream"] as const;
export const PAIRS = ["tags", "metadata"] as const;
export const SIGNS = ["lt", "lte", "gt", "gte", "is"] as const;

export type ConditionRow =
  | { readonly kind: "text"; readonly field: string; readonly not: boolean; readonly values: string }
  | { readonly kind: "number"; readonly field: string; readonly sign: string; readonly value: string }
  | { readonly kind: "flag"; readonly field: string; readonly value: boolean }
  | {
      readonly kind: "pair";
      readonly field: string;
      readonly name: string;
      readonly not: boolean;
      readonly values: string;
    }
  | {
      readonly kind: "time";
      readonly field: "time";
      readonly days: readonly string[];
      readonly from: string;
      readonly to: string;
      readonly zone: string;
    };

export interface ConditionForm {
  readonly rows: readonly ConditionRow[];
  /** What stays as it is. */
  readonly rest: Readonly<Record<string, unknown>>;
}

const includes = (list: readonly string[], name: string): boolean => list.includes(name);

/** An empty row of a field. */
export function emptyRow(field: string): ConditionRow {
  if (field === "time") return { kind: "time", field, days: [], from: "", to: "", zone: "" };
  if (includes(NUMBERS, field)) return { kind: "number", field, sign: "lt", value: "" };
  if (includes(FLAGS, field)) return { kind: "flag", field, value: true };
  if (includes(PAIRS, field)) return { kind: "pair", field, name: "", not: false, values: "" };
  return { kind: "text", field, not: false, values: "" };
}

export function readConditions(when: unknown): ConditionForm {
  const rows: ConditionRow[] = [];
  const rest: Record<string, unknown> = {};
  for (const [field, test] of Object.entries(isRow(when) ? when : {})) {
    const read = rowsOf(field, test);
    if (read === null) rest[field] = test;
    else rows.push(...read);
  }
  return { rows, rest };
}

function rowsOf(field: string, test: unknown): readonly ConditionRow[] | null {
  if (includes(FLAGS, field)) return typeof test === "boolean" ? [{ kind: "flag", field, value: test }] : null;
  if (includes(TEXTS, field)) {
    const text = textTest(test);
    return text === null ? null : [{ kind: "text", field, ...text }];
  }
  if (includes(NUMBERS, field)) return numberRows(field, test);
  if (includes(PAIRS, field) && isRow(test)) {
    const pairs = Object.entries(test).map(([name, inner]) => {
      const text = textTest(inner);
      return text === null ? null : ({ kind: "pair", field, name, ...text } as const);
    });
    return pairs.some((pair) => pair === null) ? null : pairs.filter((pair) => pair !== null);
  }
  if (field === "time" && isRow(test)) {
    const text = (name: string): string => (typeof test[name] === "string" ? test[name] : "");
    const days = Array.isArray(test.days) ? test.days.map(String) : [];
    return [{ kind: "time", field, days, from: text("from"), to: text("to"), zone: text("zone") }];
  }
  return null;
}

function textTest(test: unknown): { readonly not: boolean; readonly values: string } | null {
  const not = isRow(test) && Object.keys(test).length === 1 && "not" in test;
  const values = not ? test.not : test;
  if (typeof values === "string") return values.includes(",") ? null : { not, values };
  if (!Array.isArray(values) || values.some((one) => typeof one !== "string" || one.includes(","))) return null;
  return { not, values: values.join(", ") };
}

function numberRows(field: string, test: unknown): readonly ConditionRow[] | null {
  if (typeof test === "number" || typeof test === "string")
    return [{ kind: "number", field, sign: "is", value: String(test) }];
  if (!isRow(test)) return null;
  return Object.entries(test).map(([sign, value]) => ({ kind: "number", field, sign, value: String(value) }));
}

/** Rows that say nothing yet are left out. */
export function buildConditions({ rows, rest }: ConditionForm): Readonly<Record<string, unknown>> {
  const when: Record<string, unknown> = {};
  for (const row of rows) {
    const before = when[row.field];
    switch (row.kind) {
      case "flag":
        when[row.field] = row.value;
        break;
      case "text": {
        const test = writeText(row);
        if (test !== null) when[row.field] = test;
        break;
      }
      case "pair": {
        const test = writeText(row);
        if (test !== null && row.name.trim() !== "")
          when[row.field] = { ...(isRow(before) ? before : {}), [row.name.trim()]: test };
        break;
      }
      case "number": {
        if (row.value.trim() === "") break;
        const value = writeNumber(row.field, row.value.trim());
        when[row.field] = row.sign === "is" ? value : { ...(isRow(before) ? before : {}), [row.sign]: value };
        break;
      }
      case "time": {
        const { days, from, to, zone } = row;
        if (days.length === 0 && from === "" && to === "") break;
        when.time = {
          ...(days.length === 0 ? {} : { days }),
          ...(from === "" ? {} : { from }),
          ...(to === "" ? {} : { to }),
          ...(zone.trim() === "" ? {} : { zone: zone.trim() }),
        };
        break;
      }
    }
  }
  return { ...when, ...rest };
}

function writeText({ not, values }: { readonly not: boolean; readonly values: string }): unknown {
  const list = values
    .split(",")
    .map((one) => one.trim())
    .filter(Boolean);
  if (list.length === 0) return null;
  const test = list.length === 1 ? list[0] : list;
  return not ? { not: test } : test;
}

/** Dollars stay text, so that they are exact; what is no number goes as it is, and the API says what is wrong with it. */
const writeNumber = (field: string, text: string): number | string =>
  field.endsWith("_usd") || !/^\d+(?:\.\d+)?$/.test(text) ? text : Number(text);
