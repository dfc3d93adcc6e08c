import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import type { AuditObject } from "../../../workers/audit/audit-object.ts";
import { linkEntries } from "../../../workers/audit/link-entries.ts";
import { readHead, writeIntent } from "../../../workers/audit/storage/head-table.ts";
import { chainOf, chainWith, draft, drafts, fresh, rowsOf, withEffects, write } from "./chain-of.ts";
import { type Fault, faultyDatabase } from "./faulty-database.ts";

beforeEach(fresh);

const failWith = (...faults: Fault[]) =>
  withEffects(chainOf("org_a"), (effects) => {
    effects.db = faultyDatabase(env.DB, ...faults);
  });

const CREATE_ORG = { sql: "INSERT INTO orgs (id, name, created_at) VALUES (?1, ?1, 0)", params: ["org_new"] };

const orgs = () => env.DB.prepare("SELECT count(*) AS orgs FROM orgs").first("orgs");

const expectSound = async (entries: number) =>
  expect(await chainOf("org_a").verify("org_a")).toMatchObject({ ok: true, entries });

test("a write whose answer was lost after the commit is written once, and says so", async () => {
  await chainWith("org_a", 2);
  await failWith("none", "after");
  expect(await chainOf("org_a").write(write(3, { statements: [CREATE_ORG] }))).toEqual({ status: "written", seq: 3 });
  expect(await chainOf("org_a").write(write(4))).toEqual({ status: "written", seq: 4 });
  expect(await orgs()).toBe(1);
  await expectSound(4);
});

test("a write that never reached D1 is unavailable, and the same call again writes it once", async () => {
  await failWith("none", "before");
  const request = write(1, { statements: [CREATE_ORG] });
  expect(await chainOf("org_a").write(request)).toEqual({ status: "unavailable" });
  expect(await orgs()).toBe(0);
  expect(await chainOf("org_a").write(request)).toEqual({ status: "written", seq: 1 });
  expect(await orgs()).toBe(1);
  await expectSound(1);
});

test.each([
  ["with the object as it was", false],
  ["with the object started anew", true],
])("a committed write with D1 silent afterwards is unavailable, and found at the next call, %s", async (_, evict) => {
  await chainWith("org_a", 2);
  await failWith("none", "after", "before");
  const request = write(3, { statements: [CREATE_ORG] });
  expect(await chainOf("org_a").write(request)).toEqual({ status: "unavailable" });
  if (evict) await evictDurableObject(chainOf("org_a"));
  expect(await chainOf("org_a").write(request)).toEqual({ status: "already_written" });
  expect(await chainOf("org_a").write(write(4))).toEqual({ status: "written", seq: 4 });
  expect(await orgs()).toBe(1);
  await expectSound(4);
});

test("verification settles a write of unknown outcome, too", async () => {
  await chainWith("org_a", 2);
  await failWith("none", "after", "before");
  await chainOf("org_a").write(write(3));
  await expectSound(3);
});

test("a batch whose answer was lost is appended once", async () => {
  await failWith("none", "after", "before");
  expect(await chainOf("org_a").append("org_a", drafts(50))).toEqual({ status: "unavailable" });
  expect(await chainOf("org_a").append("org_a", drafts(60))).toEqual({
    status: "written",
    appended: 10,
    duplicates: 50,
  });
  await expectSound(60);
});

test("with D1 down nothing is written, nothing breaks, and nothing is refused as a breach", async () => {
  await chainWith("org_a", 1);
  await failWith(...Array<Fault>(4).fill("before"));
  expect(await chainOf("org_a").write(write(2))).toEqual({ status: "unavailable" });
  expect(await chainOf("org_a").append("org_a", drafts(2))).toEqual({ status: "unavailable" });
  expect(await chainOf("org_a").verify("org_a")).toEqual({ status: "unavailable" });
  expect((await chainOf("org_a").head("org_a")).receipt).toMatchObject({ seq: 1 });
  await failWith();
  expect(await chainOf("org_a").write(write(2))).toEqual({ status: "written", seq: 2 });
});

test("a crash between the intent and the write to D1 leaves a chain that goes on", async () => {
  const chain = await chainWith("org_a", 2);
  await runInDurableObject(chain, async (object: AuditObject, { storage }) => {
    const signer = await object.effects.signer();
    if (signer === null) throw new Error("no signer");
    const valid = { ...draft(3), details: "{}" };
    const [row] = await linkEntries("org_a", readHead(storage.sql), [valid], signer);
    if (row === undefined) throw new Error("no row");
    writeIntent(storage.sql, { ...row, entry_id: row.id });
  });
  await evictDurableObject(chainOf("org_a"));
  expect(await chainOf("org_a").write(write(4))).toEqual({ status: "written", seq: 3 });
  await expectSound(3);
});

test("a write that reaches D1 late, after its caller was told unavailable, is taken for ours", async () => {
  await chainWith("org_a", 2);
  const late: D1PreparedStatement[][] = [];
  await withEffects(chainOf("org_a"), (effects) => {
    const { db } = effects;
    effects.db = {
      prepare: (sql) => db.prepare(sql),
      batch: async <T>(statements: D1PreparedStatement[]) => {
        if (late.length > 0 || statements.length !== 1) return await db.batch<T>(statements);
        late.push(statements);
        throw new Error("D1_ERROR: timed out");
      },
    };
  });
  expect(await chainOf("org_a").write(write(3))).toEqual({ status: "unavailable" });
  await runInDurableObject(chainOf("org_a"), async () => void (await env.DB.batch(late[0] ?? [])));
  expect(await chainOf("org_a").write(write(4))).toEqual({ status: "written", seq: 4 });
  expect((await rowsOf("org_a")).map(({ id }) => id)).toEqual(drafts(4).map(({ id }) => id));
  await expectSound(4);
});

const seed = Number(crypto.getRandomValues(new Uint32Array(1))[0]);

test(`writers, failures and evictions at random leave one chain with every acknowledged entry in it, seed ${seed}`, async () => {
  const random = mulberry32(seed);
  const pick = (): Fault => (["none", "none", "none", "before", "after"] as const)[Math.floor(random() * 5)] ?? "none";
  const acknowledged = new Set<string>();
  for (let round = 0; round < 30; round += 1) {
    await failWith(...Array.from({ length: 6 }, pick));
    const numbers = Array.from({ length: 4 }, () => 1 + Math.floor(random() * 60));
    const answers = await Promise.all(numbers.map((n) => chainOf("org_a").write(write(n))));
    for (const [index, answer] of answers.entries()) {
      expect(["written", "already_written", "unavailable"]).toContain(answer.status);
      if (answer.status !== "unavailable") acknowledged.add(draft(numbers[index] ?? 0).id);
    }
    if (random() < 0.3) await evictDurableObject(chainOf("org_a"));
  }
  await failWith();
  const ids = (await rowsOf("org_a")).map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect([...acknowledged].filter((id) => !ids.includes(id))).toEqual([]);
  await expectSound(ids.length);
});

/** A small generator, so that a seed plays a run again. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
