import Papa from "papaparse";

export const CSV_TYPE = "text/csv; charset=utf-8; header=present";

const NEWLINE = "\r\n";

/** Rows as lines of CSV (RFC 4180). Cells are written as they are: what people typed goes through `escapeCell` first. */
export const csvLines = (rows: string[][]): string => Papa.unparse(rows, { newline: NEWLINE }) + NEWLINE;
