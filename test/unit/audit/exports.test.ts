import { parquetMetadata, parquetReadObjects } from "hyparquet";
import Papa from "papaparse";
import { describe, expect, it } from "vitest";
import { AUDIT_COLUMNS, type AuditRow } from "../../../schema/audit/audit-row.ts";
import { csvExport } from "../../../workers/dashboard/audit/export/csv.ts";
import { jsonExport } from "../../../workers/dashboard/audit/export/json.ts";
import { parquetExport } from "../../../workers/dashboard/audit/export/parquet.ts";
import { NAMES, receiptOf, signedChain, signer } from "./signed-chain.ts";

type Pages = AsyncIterable<readonly AuditRow[]>;

async function* pagesOf(rows: readonly AuditRow[], size = 7): AsyncGenerator<readonly AuditRow[]> {
  for (let from = 0; from < rows.length; from += size) yield rows.slice(from, from + size);
}

const bytesOf = async (stream: ReadableStream<Uint8Array>) => new Uint8Array(await new Response(stream).arrayBuffer());
const textOf = async (stream: ReadableStream<Uint8Array>) => new TextDecoder().decode(await bytesOf(stream));

const head = { org_id: "org_a", public_key: signer.public_key, receipt: null };

const FORMATS: readonly (readonly [string, (pages: Pages) => ReadableStream<Uint8Array>])[] = [
  ["CSV", csvExport],
  ["JSON", (pages) => jsonExport(head, pages)],
  ["Parquet", parquetExport],
];

describe("a CSV export", () => {
  it("has no cell that a spreadsheet takes for a formula", async () => {
    const text = await textOf(csvExport(pagesOf(await signedChain(NAMES.length * 2))));
    const { data } = Papa.parse<string[]>(text, { skipEmptyLines: true });
    expect(data).toHaveLength(NAMES.length * 2 + 1);
    expect(data.flat().filter((cell) => /^[=+\-@\t\r\n＝＋－＠]/.test(cell))).toEqual([]);
  });

  it("names its columns, also without entries", async () => {
    expect(await textOf(csvExport(pagesOf([])))).toBe(`${AUDIT_COLUMNS.join(",")}\r\n`);
  });
});

describe("a JSON export", () => {
  it("is one object with the entries as the API shows them", async () => {
    const rows = await signedChain(20);
    const receipt = receiptOf(rows.at(-1));
    const found = JSON.parse(await textOf(jsonExport({ ...head, receipt }, pagesOf(rows))));
    expect(Object.keys(found)).toEqual(["org_id", "public_key", "entries", "receipt"]);
    expect(found.receipt).toEqual(receipt);
    expect(found.entries).toHaveLength(20);
    expect(found.entries[0]).toMatchObject({ id: "aud_1", seq: 1, at: "2026-11-05T09:30:01.124Z", ip: "2001:db8::1" });
    expect(found.entries[3].target).toBeNull();
  });

  it("is one object without entries, too", async () => {
    expect(JSON.parse(await textOf(jsonExport(head, pagesOf([]))))).toEqual({ ...head, entries: [] });
  });
});

describe("a Parquet export", () => {
  it("reads back what was written, over several row groups", async () => {
    const [row] = await signedChain(1);
    if (row === undefined) throw new Error("no row");
    const details = JSON.stringify({ text: "x".repeat(1_000) });
    const rows = Array.from({ length: 12_000 }, (_, index) => ({ ...row, seq: index + 1, details, ip: null }));
    const file = (await bytesOf(parquetExport(pagesOf(rows, 500)))).buffer;
    expect(parquetMetadata(file).row_groups.length).toBeGreaterThan(2);
    const found = await parquetReadObjects({ file });
    expect(found).toHaveLength(12_000);
    expect(found[11_999]).toEqual({ ...row, details, ip: null, seq: 12_000n, at: new Date(row.at) });
  });

  it("is a file without entries, too", async () => {
    const file = (await bytesOf(parquetExport(pagesOf([])))).buffer;
    expect(await parquetReadObjects({ file })).toEqual([]);
    expect(parquetMetadata(file).schema.map(({ name }) => name)).toEqual(["audit_log", ...AUDIT_COLUMNS]);
  });
});

describe.each(FORMATS)("a %s export", (_, write) => {
  it("reads a page when it is asked for it, not ahead", async () => {
    const rows = await signedChain(3);
    let read = 0;
    async function* endless(): AsyncGenerator<readonly AuditRow[]> {
      for (;;) {
        read += 1;
        yield Array.from({ length: 5_000 }, () => rows).flat();
      }
    }
    const reader = write(endless()).getReader();
    await reader.read();
    const first = read;
    await new Promise((resolve) => setImmediate(resolve));
    expect([first, read]).toEqual([first, first]);
    expect(first).toBeLessThanOrEqual(1);
    await reader.cancel();
  });

  it("ends what it reads from when its reader leaves", async () => {
    const rows = await signedChain(3);
    let ended = false;
    async function* pages(): AsyncGenerator<readonly AuditRow[]> {
      try {
        for (;;) yield Array.from({ length: 5_000 }, () => rows).flat();
      } finally {
        ended = true;
      }
    }
    const reader = write(pages()).getReader();
    await reader.read();
    await reader.read();
    await reader.cancel();
    expect(ended).toBe(true);
  });

  it("breaks off when the entries cannot be read, and does not end as if that were all", async () => {
    async function* failing(): AsyncGenerator<readonly AuditRow[]> {
      yield await signedChain(1);
      throw new Error("D1 is down");
    }
    await expect(bytesOf(write(failing()))).rejects.toThrow("D1 is down");
  });
});
