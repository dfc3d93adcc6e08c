import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AuditRow } from "../../../schema/audit/audit-row.ts";
import { auditSigner } from "../../../schema/audit/receipt.ts";
import type { AuditReceipt } from "../../../schema/wire/audit-rpc.ts";
import { ROOT } from "../../../scripts/platform/paths.ts";
import { csvExport } from "../../../workers/dashboard/audit/export/csv.ts";
import { jsonExport } from "../../../workers/dashboard/audit/export/json.ts";
import { parquetExport } from "../../../workers/dashboard/audit/export/parquet.ts";
import { receiptOf, signedChain, signer } from "./signed-chain.ts";

const folder = mkdtempSync(join(tmpdir(), "ao-audit-"));
afterAll(() => rmSync(folder, { recursive: true }));

let rows: readonly AuditRow[];
beforeAll(async () => {
  rows = await signedChain(60);
});

type Format = "csv" | "json" | "parquet";

async function* pages(of: readonly AuditRow[]): AsyncGenerator<readonly AuditRow[]> {
  yield of;
}

async function exported(format: Format, of: readonly AuditRow[], receipt: AuditReceipt | null = null): Promise<string> {
  const head = { org_id: "org_a", public_key: signer.public_key, receipt };
  const stream = {
    csv: csvExport,
    json: (from: ReturnType<typeof pages>) => jsonExport(head, from),
    parquet: parquetExport,
  };
  return file(`export-${format}`, new Uint8Array(await new Response(stream[format](pages(of))).arrayBuffer()));
}

let files = 0;

function file(name: string, content: string | Uint8Array): string {
  files += 1;
  const path = join(folder, `${files}-${name}`);
  writeFileSync(path, content);
  return path;
}

/** Runs the command as `npm run audit:verify` does. */
function run(...args: readonly string[]) {
  const command = [join(ROOT, "scripts", "audit-verify.ts"), ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: "utf8" });
  return { status, stdout, stderr };
}

const key = ["--key", signer.public_key];

const kept = (seq: number) => ["--receipt", file("receipt.json", JSON.stringify(receiptOf(rows[seq - 1])))];

const problems = (stdout: string): string[] =>
  JSON.parse(stdout).problems.map(({ kind, seq }: { kind: string; seq: number }) => `${kind} ${seq}`);

describe.each<Format>(["csv", "json", "parquet"])("npm run audit:verify of a %s export", (format) => {
  it("says that a whole one is, with the public key alone", async () => {
    const { status, stdout } = run(await exported(format, rows), ...key);
    expect(stdout).toMatch(/org +org_a\nformat +\w+\nentries +60, 1 to 60\nresult +ok\n/);
    expect(status).toBe(0);
  });

  it("names what was done to it", async () => {
    const changed = rows.map((row) => (row.seq === 17 ? { ...row, actor_name: "somebody else" } : row));
    const chain = changed.filter(({ seq }) => seq !== 30);
    const { status, stdout } = run(await exported(format, chain), ...key);
    expect(status).toBe(1);
    expect(stdout).toMatch(/result +2 problems\n\nseq {2}problem/);
    expect(stdout).toMatch(/\n 17 {2}changed {2}aud_17 +entry 17 is not what was written/);
    expect(stdout).toMatch(/\n 30 {2}missing +entry 30 is missing/);
    expect(stdout).toContain("--partial");
  });

  it("finds with a kept receipt that the end was cut off", async () => {
    const short = await exported(format, rows.slice(0, 50));
    expect(run(short, ...key).status).toBe(0);
    const { status, stdout } = run(short, ...key, ...kept(60), "--json");
    expect([status, problems(stdout)]).toEqual([1, ["missing 51"]]);
    expect(run(short, ...key, ...kept(45)).status).toBe(0);
  });

  it("finds with a kept receipt that all was written anew with the signing key", async () => {
    const rewritten = await signedChain(60, "org_a", "failed");
    expect(run(await exported(format, rewritten), ...key).status).toBe(0);
    const { status, stdout } = run(await exported(format, rewritten), ...key, ...kept(40), "--json");
    expect([status, problems(stdout)]).toEqual([1, ["changed 40"]]);
  });

  it("verifies a selection when it is told that it is one", async () => {
    const some = await exported(
      format,
      rows.filter(({ seq }) => seq % 7 === 0),
    );
    expect(run(some, ...key).status).toBe(1);
    expect(run(some, ...key, "--partial").status).toBe(0);
  });

  it("takes an export without entries for what it is", async () => {
    expect(run(await exported(format, []), ...key).status).toBe(0);
    expect(run(await exported(format, []), ...key, ...kept(3)).status).toBe(1);
  });

  it("believes no other key", async () => {
    const { public_key } = await auditSigner(new Uint8Array(32).fill(8));
    const { status, stdout } = run(await exported(format, rows.slice(0, 3)), "--key", public_key, "--json");
    expect([status, problems(stdout)]).toEqual([1, ["forged 1", "forged 2", "forged 3"]]);
  });
});

describe("npm run audit:verify", () => {
  it("does not mind the order of the lines, nor how they end", async () => {
    const csv = await new Response(
      csvExport(pages(rows.filter(({ actor_name }) => !/[\r\n]/.test(actor_name)))),
    ).text();
    const [heads, ...lines] = csv.trimEnd().split("\r\n");
    const sorted = file("sorted.csv", `\ufeff${[heads, ...lines.reverse()].join("\n")}\n`);
    expect(run(sorted, ...key, "--partial").status).toBe(0);
  });

  it("compares the receipt that a JSON export brings along", async () => {
    const { status, stdout } = run(await exported("json", rows.slice(0, 59), receiptOf(rows[59])), ...key, "--json");
    expect([status, problems(stdout)]).toEqual([1, ["missing 60"]]);
    const forged = { ...receiptOf(rows[59]), at: 1 };
    const answer = run(await exported("json", rows, forged), ...key, "--json");
    expect([answer.status, problems(answer.stdout)]).toEqual([1, ["forged 60"]]);
  });

  it("reads the key from a file, and a receipt with its time as the API writes it", async () => {
    const receipt = receiptOf(rows[59]);
    const api = { receipt: { ...receipt, at: new Date(receipt.at).toISOString() }, public_key: signer.public_key };
    const path = file("head.json", JSON.stringify(api));
    const { status } = run(
      await exported("csv", rows),
      "--key",
      file("key", `${signer.public_key}\n`),
      "--receipt",
      path,
    );
    expect(status).toBe(0);
  });

  it("does not let an addition to an entry pass", async () => {
    const head = { org_id: "org_a", public_key: signer.public_key, receipt: null };
    const text = await new Response(jsonExport(head, pages(rows.slice(0, 2)))).text();
    const added = text.replace('"outcome":"done"', '"outcome":"done","approved_by":"ada"');
    const { status, stdout } = run(file("added.json", added), ...key, "--json");
    expect([status, problems(stdout)]).toEqual([1, ["changed 1"]]);
  });

  it("ends with 2 when there is nothing to verify", async () => {
    const good = await exported("csv", rows);
    const [, receipt_of_b] = await signedChain(2, "org_b");
    const stray = file("stray.json", JSON.stringify(receiptOf(receipt_of_b)));
    const cases: readonly (readonly string[])[] = [
      [],
      [good],
      [good, "--key", "nonsense"],
      [good, good, ...key],
      [good, ...key, "--nonsense"],
      [join(folder, "not-there"), ...key],
      [file("text.txt", "nothing of ours"), ...key],
      [file("cut.json", '{"org_id":"org_a","entries":['), ...key],
      [file("cut.parquet", "PAR1 and no more"), ...key],
      [good, ...key, "--receipt", file("list.json", "[]")],
      [good, ...key, "--receipt", stray],
    ];
    for (const args of cases) {
      const { status, stderr } = run(...args);
      expect([args, status]).toEqual([args, 2]);
      expect(stderr).not.toMatch(/\n {4}at /);
    }
  });
});
