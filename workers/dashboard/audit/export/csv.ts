import Papa from "papaparse";
import { AUDIT_COLUMNS, type AuditRow } from "../../../../schema/audit/audit-row.ts";
import { csvCells, ESCAPED_CELL } from "../../../../schema/audit/csv-row.ts";
import { byteStream, type Pages } from "./byte-stream.ts";

export const CSV_TYPE = "text/csv; charset=utf-8; header=present";

/** Entries as CSV (RFC 4180) with a line of heads, which are the columns of the log. See `csv-row.ts` for the cells. */
export const csvExport = (pages: Pages<AuditRow>): ReadableStream<Uint8Array> => byteStream(lines(pages));

async function* lines(pages: Pages<AuditRow>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  yield encoder.encode(text([[...AUDIT_COLUMNS]]));
  for await (const page of pages) {
    if (page.length > 0) yield encoder.encode(text(page.map(csvCells)));
  }
}

const NEWLINE = "\r\n";

const text = (rows: string[][]): string =>
  Papa.unparse(rows, { newline: NEWLINE, escapeFormulae: ESCAPED_CELL }) + NEWLINE;
