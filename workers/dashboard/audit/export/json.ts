import type { AuditRow } from "../../../../schema/audit/audit-row.ts";
import { publicEntry } from "../../../../schema/audit/public-entry.ts";
import type { AuditReceipt } from "../../../../schema/wire/audit-rpc.ts";
import { byteStream, type Pages } from "../../export/byte-stream.ts";

export const JSON_TYPE = "application/json";

/** What a JSON export says beside its entries. */
export interface ExportHead {
  readonly org_id: string;
  /** Raw, URL-safe base 64: for information. Who verifies brings the key that they trust. */
  readonly public_key: string;
  /** The head of the chain when the export began, or null without entries. */
  readonly receipt: AuditReceipt | null;
}

/** One JSON object, `{ org_id, public_key, entries, receipt }`, with one line for each entry. */
export const jsonExport = (head: ExportHead, pages: Pages<AuditRow>): ReadableStream<Uint8Array> =>
  byteStream(pieces(head, pages));

async function* pieces(head: ExportHead, pages: Pages<AuditRow>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  const { org_id, public_key, receipt } = head;
  yield encoder.encode(`{"org_id":${JSON.stringify(org_id)},"public_key":${JSON.stringify(public_key)},"entries":[`);
  let separator = "\n";
  for await (const page of pages) {
    if (page.length === 0) continue;
    yield encoder.encode(separator + page.map((row) => JSON.stringify(publicEntry(row))).join(",\n"));
    separator = ",\n";
  }
  yield encoder.encode(`\n],"receipt":${JSON.stringify(receipt)}}\n`);
}
