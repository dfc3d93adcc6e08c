import { unescapeCell } from "../csv/escape-cell.ts";
import { formatTime } from "../kernel/time.ts";
import { AUDIT_COLUMNS, type AuditRow } from "./audit-row.ts";

/**
 * Entries as cells of a CSV file: times as RFC 3339, null as an empty cell. In the file they are escaped (see
 * schema/csv/escape-cell.ts); hashes are of the text without that.
 */
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
    const text = unescapeCell(cell);
    if (column === "seq") row[column] = Number(text);
    else if (column === "at") row[column] = Date.parse(text);
    else row[column] = text === "" && NULLABLE.has(column) ? null : text;
  }
  return row;
}
