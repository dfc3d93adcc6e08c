import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import type { AuditRow } from "../../../schema/audit/audit-row.ts";
import { entryHash } from "../../../schema/audit/entry-hash.ts";
import { auditSigner } from "../../../schema/audit/receipt.ts";
import { fromBase64 } from "../../../schema/kernel/base64.ts";
import { attack, chainOf, chainWith, fresh, rowsOf, write } from "./chain-of.ts";

const ENTRIES = 1_000;

beforeEach(fresh);

/** What verification finds in the chain of org_a. */
async function findings() {
  const found = await chainOf("org_a").verify("org_a");
  if (found.status !== "verified") throw new Error("D1 did not answer");
  return found;
}

const problems = async () => (await findings()).problems.map(({ kind, seq }) => `${kind} ${seq}`);

const INSERT = `INSERT INTO audit_log SELECT value ->> 'org_id', value ->> 'seq', value ->> 'id', value ->> 'at',
  value ->> 'actor_type', value ->> 'actor_id', value ->> 'actor_name', value ->> 'action', value ->> 'outcome',
  value ->> 'target_type', value ->> 'target_id', value ->> 'request_id', value ->> 'ip', value ->> 'details',
  value ->> 'prev_hash', value ->> 'hash', value ->> 'key_id', value ->> 'signature' FROM json_each(?)`;

const insert = (rows: readonly AuditRow[]) => [INSERT, JSON.stringify(rows)] as const;

/** Changes an entry and computes all hashes from there anew, signed as `sign` does. */
async function rewritten(rows: readonly AuditRow[], from: number, sign: (row: AuditRow) => Promise<AuditRow>) {
  const tail: AuditRow[] = [];
  let prev_hash = rows[from - 2]?.hash ?? "";
  for (const row of rows.slice(from - 1)) {
    const changed = row.seq === from ? { ...row, actor_name: "mallory@example.com", prev_hash } : { ...row, prev_hash };
    const hash = (await entryHash(changed)) ?? "";
    tail.push(await sign({ ...changed, hash }));
    prev_hash = hash;
  }
  return tail;
}

const keepSignature = async (row: AuditRow) => row;

describe("somebody who may write to D1 as they please is found out, and told where", () => {
  test("nothing is found in an untouched chain", async () => {
    await chainWith("org_a", ENTRIES);
    expect(await findings()).toMatchObject({ ok: true, entries: ENTRIES, problems: [] });
  });

  test("one character of the details changed", async () => {
    await chainWith("org_a", ENTRIES);
    await attack(["UPDATE audit_log SET details = replace(details, '2.0', '2.1') WHERE seq = 500"]);
    expect(await problems()).toEqual(["changed 500"]);
  });

  test.each([
    ["at", "at = at + 1"],
    ["actor", "actor_id = 'usr_2'"],
    ["outcome", "outcome = 'blocked'"],
    ["target", "target_id = NULL, target_type = NULL"],
    ["white space in the details", "details = details || ' '"],
    ["a key twice in the details", "details = '{\"after\":1,' || substr(details, 2)"],
    ["a column of another type", "at = 'yesterday'"],
  ])("another field changed: %s", async (_, change) => {
    await chainWith("org_a", 20);
    await attack([`UPDATE audit_log SET ${change} WHERE seq = 7`]);
    expect(await problems()).toEqual(["changed 7"]);
  });

  test("one entry deleted, and a stretch of them", async () => {
    await chainWith("org_a", ENTRIES);
    await attack(["DELETE FROM audit_log WHERE seq = 300 OR seq BETWEEN 600 AND 610"]);
    expect(await problems()).toEqual(["missing 300", "missing 600"]);
    expect((await findings()).problems[1]?.problem).toBe("entries 600 to 610 are missing");
  });

  test("two entries swapped", async () => {
    await chainWith("org_a", ENTRIES);
    await attack(
      ["UPDATE audit_log SET seq = 0 WHERE seq = 200"],
      ["UPDATE audit_log SET seq = 200 WHERE seq = 800"],
      ["UPDATE audit_log SET seq = 800 WHERE seq = 0"],
    );
    expect(await problems()).toEqual(["moved 200", "moved 800"]);
    expect((await findings()).problems[0]?.problem).toBe("entry 200 was written as entry 800");
  });

  test("one entry deleted and the others moved up to close the gap", async () => {
    await chainWith("org_a", 10);
    await attack(
      ["DELETE FROM audit_log WHERE seq = 4"],
      ["UPDATE audit_log SET seq = -seq WHERE seq > 4"],
      ["UPDATE audit_log SET seq = -seq - 1 WHERE seq < 0"],
    );
    expect(await problems()).toEqual([4, 5, 6, 7, 8, 9].map((seq) => `moved ${seq}`).concat("missing 10"));
  });

  test("the end cut off", async () => {
    await chainWith("org_a", ENTRIES);
    await attack(["DELETE FROM audit_log WHERE seq > 990"]);
    expect(await problems()).toEqual(["missing 991"]);
  });

  test("everything deleted", async () => {
    await chainWith("org_a", 5);
    await attack(["DELETE FROM audit_log"]);
    expect(await problems()).toEqual(["missing 1"]);
  });

  test("another entry added, which follows the last one or one before it", async () => {
    await chainWith("org_a", ENTRIES);
    const rows = await rowsOf("org_a");
    const last = rows[ENTRIES - 1];
    if (last === undefined) throw new Error("no rows");
    for (const prev_hash of [last.hash, last.prev_hash]) {
      const seq = prev_hash === last.hash ? ENTRIES + 1 : ENTRIES + 2;
      const added = { ...last, id: `aud_forged_${seq}`, seq, prev_hash };
      await attack(insert([{ ...added, hash: (await entryHash(added)) ?? "" }]));
    }
    expect(await problems()).toEqual([`forged ${ENTRIES + 1}`, `forged ${ENTRIES + 2}`]);
  });

  test("an entry with a number that is none", async () => {
    await chainWith("org_a", 5);
    const [row] = await rowsOf("org_a");
    if (row === undefined) throw new Error("no rows");
    await attack(
      insert([{ ...row, seq: -3, id: "aud_x" }]),
      insert([{ ...row, id: "aud_y" }].map((copy) => ({ ...copy, seq: 2.5 }))),
    );
    await attack(["UPDATE audit_log SET seq = 'many' WHERE seq = 5"]);
    expect((await findings()).ok).toBe(false);
    expect((await problems()).length).toBeGreaterThanOrEqual(3);
  });

  test("the tail written anew with hashes that fit", async () => {
    await chainWith("org_a", ENTRIES);
    const tail = await rewritten(await rowsOf("org_a"), 901, keepSignature);
    await attack(["DELETE FROM audit_log WHERE seq > 900"], insert(tail));
    expect(await problems()).toEqual(tail.map(({ seq }) => `forged ${seq}`));
  });

  test("the tail written anew with the stolen signing key: the head outside D1 is another", async () => {
    await chainWith("org_a", 50);
    const signer = await auditSigner(fromBase64(env.AO_AUDIT_KEY) ?? new Uint8Array());
    const tail = await rewritten(await rowsOf("org_a"), 40, async (row) => ({ ...row, ...(await signer.sign(row)) }));
    await attack(["DELETE FROM audit_log WHERE seq >= 40"], insert(tail));
    expect(await problems()).toEqual(["changed 50"]);
    // And one entry more, so that the head is in the middle.
    const last = tail.at(-1);
    if (last === undefined) throw new Error("no tail");
    const added = { ...last, seq: 51, id: "aud_51", prev_hash: last.hash };
    const hash = (await entryHash(added)) ?? "";
    await attack(insert([{ ...added, ...(await signer.sign({ ...added, hash })) }]));
    expect(await problems()).toEqual(["changed 50", "forged 51"]);
  });

  test("the chain of another org put in its place", async () => {
    await chainWith("org_a", 5);
    await chainWith("org_b", 5);
    await attack(["DELETE FROM audit_log WHERE org_id = 'org_a'"], ["UPDATE audit_log SET org_id = 'org_a'"]);
    expect(await problems()).toEqual([1, 2, 3, 4, 5].map((seq) => `changed ${seq}`));
  });

  test("the chain of another org is not touched by any of it", async () => {
    await chainWith("org_a", 10);
    await chainWith("org_b", 10);
    await attack(["DELETE FROM audit_log WHERE org_id = 'org_a' AND seq > 5"]);
    expect(await chainOf("org_b").verify("org_b")).toMatchObject({ ok: true, entries: 10 });
    expect(await chainOf("org_b").write(write(11, { org_id: "org_b" }))).toEqual({ status: "written", seq: 11 });
  });
});

describe("nothing is written on top of a chain that somebody else has written to", () => {
  const refused = { status: "broken", problem: expect.stringMatching(/which is not the head on record, entry \d+$/) };

  test.each([
    ["the end cut off", "DELETE FROM audit_log WHERE seq = 10"],
    ["everything deleted", "DELETE FROM audit_log"],
    ["the last entry rehashed", "UPDATE audit_log SET hash = 'f' WHERE seq = 10"],
  ])("%s", async (_, change) => {
    const chain = await chainWith("org_a", 10);
    await attack([change]);
    expect(await chain.write(write(11))).toEqual(refused);
    expect(await chain.append("org_a", [write(11).entry])).toEqual(refused);
    expect((await chain.head("org_a")).receipt).toMatchObject({ seq: 10 });
    expect((await findings()).ok).toBe(false);
  });

  test("an entry added behind the end, also to the chain of an org that has none", async () => {
    await chainWith("org_a", 10);
    const [row] = await rowsOf("org_a");
    if (row === undefined) throw new Error("no rows");
    await attack(
      insert([
        { ...row, seq: 11, id: "aud_x" },
        { ...row, org_id: "org_c", id: "aud_x" },
      ]),
    );
    expect(await chainOf("org_a").write(write(11))).toEqual(refused);
    expect(await chainOf("org_c").write(write(1, { org_id: "org_c" }))).toEqual(refused);
    expect(await chainOf("org_c").verify("org_c")).toMatchObject({ ok: false, receipt: null });
  });
});
