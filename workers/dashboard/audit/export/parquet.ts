import type { SchemaElement } from "hyparquet";
import { ByteWriter } from "hyparquet-writer/src/bytewriter.js";
import { ParquetWriter } from "hyparquet-writer/src/parquet-writer.js";
import { AUDIT_COLUMNS, type AuditRow } from "../../../../schema/audit/audit-row.ts";
import { byteStream, type Pages } from "../../export/byte-stream.ts";

export const PARQUET_TYPE = "application/vnd.apache.parquet";

/** What is in memory at a time: enough rows that a group compresses well, and no more text than a Worker bears. */
const GROUP_ROWS = 10_000;
const GROUP_DETAILS_CHARS = 4 * 1024 * 1024;

type Column = (typeof AUDIT_COLUMNS)[number];

const text = (name: Column): SchemaElement => ({
  name,
  type: "BYTE_ARRAY",
  converted_type: "UTF8",
  logical_type: { type: "STRING" },
  repetition_type: "REQUIRED",
});
const nullableText = (name: Column): SchemaElement => ({ ...text(name), repetition_type: "OPTIONAL" });

const ELEMENTS: Readonly<Record<Column, SchemaElement>> = {
  org_id: text("org_id"),
  seq: { name: "seq", type: "INT64", repetition_type: "REQUIRED" },
  id: text("id"),
  at: {
    name: "at",
    type: "INT64",
    converted_type: "TIMESTAMP_MILLIS",
    logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MILLIS" },
    repetition_type: "REQUIRED",
  },
  actor_type: text("actor_type"),
  actor_id: text("actor_id"),
  actor_name: text("actor_name"),
  action: text("action"),
  outcome: text("outcome"),
  target_type: nullableText("target_type"),
  target_id: nullableText("target_id"),
  request_id: nullableText("request_id"),
  ip: nullableText("ip"),
  details: text("details"),
  prev_hash: text("prev_hash"),
  hash: text("hash"),
  key_id: text("key_id"),
  signature: text("signature"),
};

const SCHEMA: SchemaElement[] = [
  { name: "audit_log", num_children: AUDIT_COLUMNS.length },
  ...AUDIT_COLUMNS.map((column) => ELEMENTS[column]),
];

/** Entries as a Parquet file, a row group at a time: the columns of the log, `at` as a UTC timestamp, `details` as JSON text. */
export const parquetExport = (pages: Pages<AuditRow>): ReadableStream<Uint8Array> => byteStream(groups(pages));

async function* groups(pages: Pages<AuditRow>): AsyncGenerator<Uint8Array> {
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({ writer: bytes, schema: SCHEMA });
  let rows: AuditRow[] = [];
  let details_chars = 0;
  for await (const page of pages) {
    for (const row of page) {
      rows.push(row);
      details_chars += row.details.length;
      if (rows.length < GROUP_ROWS && details_chars < GROUP_DETAILS_CHARS) continue;
      yield await group(writer, bytes, rows);
      rows = [];
      details_chars = 0;
    }
  }
  if (rows.length > 0) yield await group(writer, bytes, rows);
  await writer.finish();
  yield taken(bytes);
}

async function group(writer: ParquetWriter, bytes: ByteWriter, rows: readonly AuditRow[]): Promise<Uint8Array> {
  const columnData = AUDIT_COLUMNS.map((name) => ({ name, data: rows.map((row) => cell(row, name)) }));
  await writer.write({ columnData, rowGroupSize: rows.length });
  return taken(bytes);
}

function cell(row: AuditRow, column: Column): string | bigint | null {
  const value = row[column];
  return typeof value === "number" ? BigInt(value) : value;
}

/** What was written since the last time. The writer goes on counting offsets from the beginning of the file. */
function taken(bytes: ByteWriter): Uint8Array {
  const chunk = bytes.getBytes().slice();
  bytes.index = 0;
  return chunk;
}
