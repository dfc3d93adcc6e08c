import { beforeAll, describe, expect, it } from "vitest";
import type { AuditRow } from "../../../schema/audit/audit-row.ts";
import { entryHash, genesisHash, hashedText } from "../../../schema/audit/entry-hash.ts";
import { auditKey, auditSigner, receiptText, verifyReceipt } from "../../../schema/audit/receipt.ts";
import { ChainVerifier, type KnownHead } from "../../../schema/audit/verify-chain.ts";
import { keyOf, receiptOf, sealed, signedChain, signer } from "./signed-chain.ts";

const key = await keyOf(signer);
let rows: readonly AuditRow[];

beforeAll(async () => {
  rows = await signedChain(30);
});

interface Case {
  readonly known?: readonly KnownHead[];
  readonly end?: KnownHead | null;
  readonly partial?: boolean;
  readonly pieces?: number;
}

async function verify(chain: readonly unknown[], { known = [], end, partial = false, pieces = 30 }: Case = {}) {
  const verifier = new ChainVerifier({ org_id: "org_a", keys: [key], partial });
  for (const head of known) verifier.expect(head);
  if (end !== undefined) verifier.expectEnd(end);
  for (let from = 0; from < chain.length; from += pieces) await verifier.feed(chain.slice(from, from + pieces));
  return await verifier.finish();
}

const problems = async (chain: readonly unknown[], given?: Case) =>
  (await verify(chain, given)).problems.map(({ kind, seq }) => `${kind} ${seq}`);

const rowAt = (seq: number): AuditRow => {
  const row = rows[seq - 1];
  if (row === undefined) throw new Error(`no row ${seq}`);
  return row;
};

const replaced = (...changed: readonly AuditRow[]) =>
  rows.map((row) => changed.find(({ seq }) => seq === row.seq) ?? row);

describe("a chain", () => {
  it.each([1, 7, 30])("that is whole verifies, fed in pieces of %i", async (pieces) => {
    expect(await verify(rows, { pieces, end: rowAt(30), known: [rowAt(10)] })).toEqual({
      entries: 30,
      ok: true,
      problems: [],
      last_seq: 30,
    });
  });

  it("without entries verifies, unless there was one", async () => {
    expect(await problems([], { end: null })).toEqual([]);
    expect(await problems([], { end: rowAt(3) })).toEqual(["missing 1"]);
    expect(await problems(rows.slice(0, 2), { end: null })).toEqual(["forged 1", "forged 2"]);
  });

  it("is verified field by field: a change to any column is found", async () => {
    const row = rowAt(7);
    for (const column of Object.keys(row)) {
      const value: unknown = Object.entries(row).find(([name]) => name === column)?.[1];
      if (column === "seq") continue;
      const changed = { ...row, [column]: typeof value === "number" ? value + 1 : `${value ?? ""}x` };
      const found = await problems(rows.map((one) => (one.seq === 7 ? changed : one)));
      expect([column, found.length]).toEqual([column, 1]);
      expect(found[0]).toMatch(/^(changed|forged) 7$/);
    }
  });

  it("of one org is none of another", async () => {
    const other = await signedChain(3, "org_b");
    expect(await problems(other)).toEqual(["unlinked 1", "unlinked 2", "unlinked 3"]);
    expect(await genesisHash("org_a")).not.toBe(await genesisHash("org_b"));
  });

  it("has the problems of each entry where they are, not behind them", async () => {
    const changed = { ...rowAt(5), ip: "203.0.113.9" };
    const forged = await sealed({ ...rowAt(12), outcome: "blocked" }, await auditSigner(new Uint8Array(32).fill(8)));
    const chain = replaced(changed, forged).filter(({ seq }) => seq !== 20 && seq !== 21);
    expect(await problems(chain)).toEqual(["changed 5", "forged 12", "missing 20"]);
  });

  it("shows two entries of one number, and entries that were moved", async () => {
    const [third, fourth] = [rowAt(3), rowAt(4)];
    expect(await problems([...rows.slice(0, 3), third, ...rows.slice(3)])).toEqual(["unlinked 3"]);
    expect(await problems(replaced({ ...fourth, seq: 3 }, { ...third, seq: 4 }))).toEqual(["moved 3", "moved 4"]);
  });

  it("rewritten by who has the key is found by a known head", async () => {
    const rewritten = [...rows];
    for (let seq = 10; seq <= 30; seq += 1) {
      const prev_hash = rewritten[seq - 2]?.hash ?? "";
      rewritten[seq - 1] = await sealed({ ...rowAt(seq), prev_hash, outcome: seq === 10 ? "failed" : "done" });
    }
    expect(await problems(rewritten)).toEqual([]);
    expect(await problems(rewritten, { known: [rowAt(9)] })).toEqual([]);
    expect(await problems(rewritten, { known: [rowAt(25)] })).toEqual(["changed 25"]);
    const forked = await sealed({ ...rowAt(8), outcome: "failed" });
    expect(await problems(replaced(forked))).toEqual(["unlinked 9"]);
  });

  it("has at most a hundred problems listed, and is not sound with more", async () => {
    const many = await signedChain(150);
    const found = await verify(many.map((row) => ({ ...row, ip: "x" })));
    expect([found.ok, found.problems.length, found.entries]).toEqual([false, 100, 150]);
  });

  it("bears rows that are none", async () => {
    const none = [null, 5, {}, { ...rowAt(1), seq: "1" }, { ...rowAt(1), approved_by: "me" }];
    expect(await problems(none)).toEqual(["changed 1", "changed 1", "changed 2", "changed 3", "changed 4"]);
  });

  it("in selection is verified entry by entry", async () => {
    const some = rows.filter(({ seq }) => seq % 3 === 0);
    expect(await problems(some, { partial: true, known: [rowAt(25), rowAt(27)] })).toEqual([]);
    const changed = some.map((row) => (row.seq === 9 ? { ...row, at: row.at + 1 } : row));
    expect(await problems(changed, { partial: true })).toEqual(["changed 9"]);
  });
});

describe("what is hashed and signed", () => {
  it("is pinned: a chain that was written once verifies for ever", async () => {
    const [row] = await signedChain(1);
    expect(hashedText({ ...rowAt(1) })).toMatch(/^\{"action":"wallet\.updated","actor":\{"id":"usr_1","name":/);
    expect(row).toMatchObject({
      prev_hash: "b8a7a60e8e99b47b10fcfb4089127d1cff692edda0e60352492ebee8930290bf",
      hash: "010b318c59183774c50853062c44b4cad6298e38f6c64c1d6c6f794159e16244",
      key_id: "fe812c12f3ab4ce6",
      signature: "ZbolmfHQtIRRkWIWoLRCwYzyRAYWlHQLHPVg2Kv6s_QIB73J-38Hwgtvhstarf5aBfls-uF5EX1i0RNk4rX6DQ",
    });
    expect(signer.public_key).toBe("6kpsY-KcUgq-9VB7Ey7F-ZVHdq6-vnuSQh7qaRRG0iw");
  });

  it("is not what has another spelling of the same details", async () => {
    expect(await entryHash({ ...rowAt(1), details: '{ "a": 1 }' })).toBeNull();
    expect(await entryHash({ ...rowAt(1), details: '{"a":1,"a":1}' })).toBeNull();
    expect(await entryHash({ ...rowAt(1), details: "no JSON" })).toBeNull();
  });

  it("is a receipt only with all of it as it was signed", async () => {
    const receipt = receiptOf(rowAt(30));
    expect(await verifyReceipt(key, receipt)).toBe(true);
    const changes = [{ org_id: "org_b" }, { seq: 29 }, { at: 1 }, { hash: rowAt(29).hash }, { key_id: "0" }];
    for (const change of [...changes, { signature: "" }, { signature: "no base 64" }, { signature: "AAAA" }]) {
      expect(await verifyReceipt(key, { ...receipt, ...change })).toBe(false);
    }
    expect(receiptText(receipt)).toMatch(
      /^ao-audit-receipt-v1\n\{"at":\d+,"hash":"[0-9a-f]{64}","org_id":"org_a","seq":30\}$/,
    );
  });

  it("is verified by nothing but a public key of 32 bytes", async () => {
    expect(await auditKey("")).toBeNull();
    expect(await auditKey("AAAA")).toBeNull();
    expect(await auditKey(`${signer.public_key}=`)).toBeNull();
  });
});
