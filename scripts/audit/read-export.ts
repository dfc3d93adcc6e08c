import { readFile } from "node:fs/promises";
import { parquetReadObjects } from "hyparquet";
import Papa from "papaparse";
import * as z from "zod";
import { AUDIT_COLUMNS } from "../../schema/audit/audit-row.ts";
import { rowFromCells } from "../../schema/audit/csv-row.ts";
import { publicEntrySchema, rowFromEntry } from "../../schema/audit/public-entry.ts";
import { isJsonObject, type Json, tryParseJson } from "../../schema/kernel/json.ts";
import { ClearError, errorText } from "../platform/clear-error.ts";

/** An export of the audit log, in any of its formats. */
export interface Export {
  readonly format: "csv" | "json" | "parquet";
  /** What the file says, or null where only its rows do. */
  readonly org_id: string | null;
  /** Rows as they are in the file, not checked, by their numbers. */
  readonly rows: readonly unknown[];
  /** The receipt in a JSON export, not checked either. */
  readonly receipt: unknown;
}

/** Reads an export; its content says which format it is. Throws a ClearError when it is none. */
export async function readExport(path: string): Promise<Export> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new ClearError(`The file cannot be read: ${errorText(error)}.`);
  });
  const found = await readBytes(new Uint8Array(bytes)).catch((error: unknown) => {
    throw error instanceof ClearError ? error : new ClearError(`${path} is no export: ${errorText(error)}.`);
  });
  // The order in the file proves nothing: a spreadsheet may have sorted it.
  return { ...found, rows: found.rows.toSorted((a, b) => seqOf(a) - seqOf(b)) };
}

function readBytes(bytes: Uint8Array): Promise<Export> {
  const start = new TextDecoder().decode(bytes.subarray(0, 64));
  if (start.startsWith("PAR1")) return readParquet(bytes);
  const text = new TextDecoder().decode(bytes);
  return Promise.resolve(start.trimStart().startsWith("{") ? readJson(text) : readCsv(text));
}

async function readParquet(bytes: Uint8Array): Promise<Export> {
  const file = new Uint8Array(bytes).buffer;
  const rows = await parquetReadObjects({ file });
  return { format: "parquet", org_id: null, rows: rows.map(rowFromParquet), receipt: null };
}

/** Integers come as BigInt, times as dates. */
function rowFromParquet(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { at, seq, ...texts } = values;
  return { ...texts, seq: Number(seq), at: at instanceof Date ? at.getTime() : Number.NaN };
}

const jsonSchema = z.object({ org_id: z.string(), entries: z.array(z.unknown()), receipt: z.unknown() });

function readJson(text: string): Export {
  const parsed = jsonSchema.safeParse(tryParseJson(text));
  if (!parsed.success) throw new ClearError("The file is JSON, but no export of an audit log, or it was cut off.");
  const { org_id, entries, receipt } = parsed.data;
  return { format: "json", org_id, rows: entries.map((entry) => rowFromJson(org_id, entry)), receipt };
}

/** An entry without a readable form stays as it is, and is found wrong by its number. */
function rowFromJson(org_id: string, entry: unknown): unknown {
  const parsed = publicEntrySchema.safeParse(entry);
  return parsed.success ? rowFromEntry(org_id, parsed.data) : entry;
}

function readCsv(text: string): Export {
  const { data, meta, errors } = Papa.parse<Record<string, string>>(text.replace(/^\ufeff/, ""), {
    header: true,
    delimiter: ",",
    skipEmptyLines: true,
  });
  const missing = AUDIT_COLUMNS.filter((column) => !(meta.fields ?? []).includes(column));
  if (missing.length > 0) throw new ClearError(`The file is no export: the columns ${missing.join(", ")} are missing.`);
  const quotes = errors.find(({ type }) => type === "Quotes");
  if (quotes !== undefined) throw new ClearError(`The file is no whole CSV: ${quotes.message}.`);
  return { format: "csv", org_id: null, rows: data.map(rowFromCells), receipt: null };
}

function seqOf(row: unknown): number {
  const seq = typeof row === "object" && row !== null && "seq" in row ? row.seq : null;
  return typeof seq === "number" && !Number.isNaN(seq) ? seq : 0;
}

/** A receipt as it was kept: as the API or the webhook gave it, or with a `receipt` in it. */
export async function readReceipt(path: string): Promise<Json> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw new ClearError(`The receipt cannot be read: ${errorText(error)}.`);
  });
  const json = tryParseJson(text);
  if (!isJsonObject(json)) throw new ClearError(`${path} is no receipt: it is not a JSON object.`);
  return json.receipt ?? json;
}
