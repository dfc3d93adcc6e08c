import { formatTime } from "../kernel/time.ts";
import { AUDIT_COLUMNS, type AuditRow } from "./audit-row.ts";

/**
 * Entries as cells of a CSV file: times as RFC 3339, null as an empty cell.
 *
 * A spreadsheet runs what begins like a formula, and what is in the log was partly typed by strangers. So a cell that begins
 * with one of `= + - @`, their full-width forms, tab, CR or LF gets an apostrophe in front; and so does one that begins
 * with an apostrophe, by which the rule can be undone without a doubt: who reads the file takes one leading apostrophe
 * off every cell that has one. Hashes are of the text without it.
 */
export const ESCAPED_CELL = /^[=+\-@＝＋－＠\t\r\n']/;

/** The cells of a row, not escaped yet. */
export function csvCells(row: AuditRow): string[] {
  return AUDIT_COLUMNS.map((column) => (column === "at" ? formatTime(row.at) : String(row[column] ?? "")));
}

const NULLABLE: ReadonlySet<string> = new Set(["target_type", "target_id", "request_id", "ip"]);

/**
 * The row of which cells were written, by column. Not checked: a time or number that is none becomes NaN, and columns of
 * somebody else's stay in it.
 */
export function rowFromCells(cells: Readonly<Record<string, string>>): Record<string, unknown> {
  const row: Record<string, unknown> = { ...cells };
  for (const column of AUDIT_COLUMNS) {
    const cell = cells[column];
    if (cell === undefined) continue;
    const text = cell.startsWith("'") ? cell.slice(1) : cell;
    if (column === "seq") row[column] = Number(text);
    else if (column === "at") row[column] = Date.parse(text);
    else row[column] = text === "" && NULLABLE.has(column) ? null : text;
  }
  return row;
}
