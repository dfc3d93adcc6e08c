import { AUDIT_COLUMNS, type AuditRow } from "../../../../schema/audit/audit-row.ts";
import { csvCells } from "../../../../schema/audit/csv-row.ts";
import { escapeCell } from "../../../../schema/csv/escape-cell.ts";
import { byteStream, type Pages } from "../../export/byte-stream.ts";
import { csvLines } from "../../export/csv-lines.ts";

/** Entries as CSV with a line of heads, which are the columns of the log. See `csv-row.ts` for the cells. */
export const csvExport = (pages: Pages<AuditRow>): ReadableStream<Uint8Array> => byteStream(lines(pages));

async function* lines(pages: Pages<AuditRow>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  yield encoder.encode(csvLines([[...AUDIT_COLUMNS]]));
  for await (const page of pages) {
    if (page.length > 0) yield encoder.encode(csvLines(page.map((row) => csvCells(row).map(escapeCell))));
  }
}
