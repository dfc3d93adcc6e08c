/** Answers of our own API as the pages read them: leniently, so that a field more or less breaks no page. */

export type Row = Readonly<Record<string, unknown>>;

export const isRow = (value: unknown): value is Row =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const rowOf = (value: unknown): Row => (isRow(value) ? value : {});

/** An object inside an object; empty when there is none. */
export const rowIn = (row: Row, name: string): Row => rowOf(row[name]);

export const rowsIn = (row: Row, name: string): readonly Row[] => {
  const value = row[name];
  return Array.isArray(value) ? value.filter(isRow) : [];
};

export const textIn = (row: Row, name: string): string => textOrNull(row, name) ?? "";

export const textOrNull = (row: Row, name: string): string | null => {
  const value = row[name];
  return typeof value === "string" ? value : null;
};

export const textsIn = (row: Row, name: string): readonly string[] => {
  const value = row[name];
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
};

/** Text as JSON, or undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
