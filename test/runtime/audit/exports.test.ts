import { env } from "cloudflare:workers";
import { parquetReadObjects } from "hyparquet";
import Papa from "papaparse";
import { beforeEach, expect, test } from "vitest";
import { type AuditRow, rowFromSql } from "../../../schema/audit/audit-row.ts";
import { rowFromCells } from "../../../schema/audit/csv-row.ts";
import { publicEntrySchema, rowFromEntry } from "../../../schema/audit/public-entry.ts";
import { auditKey } from "../../../schema/audit/receipt.ts";
import { ChainVerifier } from "../../../schema/audit/verify-chain.ts";
import { readPages } from "../../../workers/audit/database/read-pages.ts";
import { csvExport } from "../../../workers/dashboard/audit/export/csv.ts";
import { jsonExport } from "../../../workers/dashboard/audit/export/json.ts";
import { parquetExport } from "../../../workers/dashboard/audit/export/parquet.ts";
import { chainOf, chainWith, draft, fresh, rowsOf } from "./chain-of.ts";

beforeEach(fresh);

const ENTRIES = 1_203;

async function* pages(): AsyncGenerator<AuditRow[]> {
  for await (const page of readPages(env.DB, "org_a", 0, null)) yield page.map(rowFromSql);
}

async function findings(rows: readonly unknown[]) {
  const { receipt, public_key } = await chainOf("org_a").head("org_a");
  const key = await auditKey(public_key ?? "");
  const verifier = new ChainVerifier({ org_id: "org_a", keys: key === null ? [] : [key] });
  if (receipt !== null) verifier.expect(receipt);
  await verifier.feed(rows);
  return await verifier.finish();
}

test("what is exported in the Workers runtime, in any format, verifies with the public key", async () => {
  await chainWith("org_a", ENTRIES - 1);
  const name = "=HYPERLINK(1)\n'\u0000 \ud800";
  await chainOf("org_a").append("org_a", [draft(ENTRIES, { actor: { type: "key", id: "key_1", name } })]);

  const csv = await new Response(csvExport(pages())).text();
  const cells = Papa.parse<Record<string, string>>(csv, { header: true, skipEmptyLines: true }).data;
  expect(cells.map(rowFromCells)).toEqual(await rowsOf("org_a"));

  const head = { org_id: "org_a", public_key: "", receipt: null };
  const json: { entries: unknown[] } = await new Response(jsonExport(head, pages())).json();
  const entries = json.entries.map((entry) => rowFromEntry("org_a", publicEntrySchema.parse(entry)));
  expect(entries).toEqual(await rowsOf("org_a"));

  const file = await new Response(parquetExport(pages())).arrayBuffer();
  const read = await parquetReadObjects({ file });
  expect(read.map(({ seq, at, ...rest }) => ({ ...rest, seq: Number(seq), at: Number(at) }))).toEqual(
    await rowsOf("org_a"),
  );

  expect(await findings(entries)).toMatchObject({ ok: true, entries: ENTRIES });
});
