import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, expect, test, vi } from "vitest";
import type { Json } from "../../../schema/kernel/json.ts";
import { LIMITS } from "../../../schema/kernel/limits.ts";
import type { AuditDraft } from "../../../schema/wire/audit-rpc.ts";
import { AuditObject } from "../../../workers/audit/audit-object.ts";
import { AT, chainOf, chainWith, draft, drafts, fresh, rowsOf, write } from "./chain-of.ts";

beforeEach(fresh);

const CREATE_ORG = {
  sql: "INSERT INTO orgs (id, name, created_at) VALUES (?1, ?2, ?3)",
  params: ["org_new", "New", 5],
};

const orgIds = async () =>
  (await env.DB.prepare("SELECT id FROM orgs ORDER BY id").all<{ id: string }>()).results.map(({ id }) => id);

const sound = (entries: number) => ({ status: "verified", ok: true, entries, problems: [] });

test("a change and its entry are written together, and the chain verifies", async () => {
  const chain = chainOf("org_a");
  expect(await chain.write(write(1, { statements: [CREATE_ORG] }))).toEqual({ status: "written", seq: 1 });
  expect(await chain.write(write(2))).toEqual({ status: "written", seq: 2 });
  expect(await orgIds()).toEqual(["org_new"]);
  const [first, second] = await rowsOf("org_a");
  expect(second?.prev_hash).toBe(first?.hash);
  expect(await chain.verify("org_a")).toMatchObject(sound(2));
  const { receipt } = await chain.head("org_a");
  expect(receipt).toMatchObject({ org_id: "org_a", seq: 2, hash: second?.hash, signature: second?.signature });
});

test("numbers come back from D1 as the integers that were written", async () => {
  await chainWith("org_a", 3);
  const { results } = await env.DB.prepare(
    "SELECT at, seq, typeof(at) AS at_type, typeof(seq) AS seq_type FROM audit_log ORDER BY seq",
  ).all();
  expect(results).toEqual([1, 2, 3].map((seq) => ({ at: AT + seq, seq, at_type: "integer", seq_type: "integer" })));
});

test("fifty writers at once make one chain without a fork or a gap", async () => {
  const answers = await Promise.all(drafts(50).map((entry) => chainOf("org_a").write(write(0, { entry }))));
  const seqs = answers.map((answer) => (answer.status === "written" ? answer.seq : 0));
  expect(seqs.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  expect(await chainOf("org_a").verify("org_a")).toMatchObject(sound(50));
});

test("the same entry twice at once, and again later, is one entry and one change", async () => {
  const request = write(1, { statements: [CREATE_ORG] });
  const answers = await Promise.all([chainOf("org_a").write(request), chainOf("org_a").write(request)]);
  expect(answers.map(({ status }) => status).toSorted()).toEqual(["already_written", "written"]);
  await chainOf("org_a").write(write(2));
  expect(await chainOf("org_a").write(request)).toEqual({ status: "already_written" });
  expect(await rowsOf("org_a")).toHaveLength(2);
});

test("the first check without a row refuses, and nothing is written", async () => {
  const found = { name: "found", sql: "SELECT 1 WHERE ?1 = ?1", params: [1] };
  const missing = { name: "missing", sql: "SELECT 1 FROM orgs WHERE id = ?1", params: ["org_new"] };
  const never = { name: "never", sql: "SELECT 1 WHERE false", params: [] };
  const chain = chainOf("org_a");
  const statements = [CREATE_ORG];
  expect(await chain.write(write(1, { checks: [found, missing, never], statements }))).toEqual({
    status: "refused",
    check: "missing",
  });
  expect([await orgIds(), await rowsOf("org_a")]).toEqual([[], []]);
  expect(await chain.write(write(1, { checks: [found], statements }))).toEqual({ status: "written", seq: 1 });
});

test("a repeated write is answered as written, although its checks would refuse it by now", async () => {
  const checks = [
    { name: "free", sql: "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM orgs WHERE id = ?1)", params: ["org_new"] },
  ];
  const request = write(1, { checks, statements: [CREATE_ORG] });
  expect(await chainOf("org_a").write(request)).toEqual({ status: "written", seq: 1 });
  expect(await chainOf("org_a").write(request)).toEqual({ status: "already_written" });
});

test("a statement that fails leaves no entry and no change, and the next write goes on", async () => {
  const chain = chainOf("org_a");
  await chain.write(write(1));
  const broken = { sql: "INSERT INTO orgs (id) VALUES (?1)", params: ["org_without_name"] };
  expect(await chain.write(write(2, { statements: [CREATE_ORG, broken] }))).toEqual({ status: "unavailable" });
  expect(await orgIds()).toEqual([]);
  expect(await chain.write(write(3))).toEqual({ status: "written", seq: 2 });
  expect(await chain.verify("org_a")).toMatchObject(sound(2));
});

test("entries of a batch that came before are skipped, also within the batch", async () => {
  const chain = await chainWith("org_a", 3);
  const answer = await chain.append("org_a", [...drafts(4, 2), draft(5)]);
  expect(answer).toEqual({ status: "written", appended: 2, duplicates: 3 });
  expect(await chain.append("org_a", drafts(5))).toEqual({ status: "written", appended: 0, duplicates: 5 });
  expect(await chain.append("org_a", [])).toEqual({ status: "written", appended: 0, duplicates: 0 });
  expect(await chain.verify("org_a")).toMatchObject(sound(5));
});

test("the largest batch of the largest entries is taken", async () => {
  // Quotes, which JSON in JSON writes as four characters.
  const text = '"'.repeat((LIMITS.audit_details_bytes - 20) / 2);
  const largest = drafts(LIMITS.audit_batch).map((entry) => ({ ...entry, details: { text } }));
  const answer = await chainOf("org_a").append("org_a", largest);
  expect(answer).toEqual({ status: "written", appended: LIMITS.audit_batch, duplicates: 0 });
  expect(await chainOf("org_a").verify("org_a")).toMatchObject(sound(LIMITS.audit_batch));
});

test("text that D1 cannot keep as it is does not break the chain", async () => {
  const actor = { type: "key", id: "key_1", name: "a\ud800b\0c" } as const;
  const own_proto: Json = JSON.parse('{"__proto__":{"a":1}}');
  const details = { lone: "\udc00", nul: "\0", text: "Zoë 🦊\u2028", number: 1e21, minus_zero: -0, own_proto };
  expect(await chainOf("org_a").write(write(1, { entry: draft(1, { actor, details }) }))).toMatchObject({ seq: 1 });
  expect((await rowsOf("org_a"))[0]?.actor_name).toBe("a\ufffdb\ufffdc");
  expect(await chainOf("org_a").verify("org_a")).toMatchObject(sound(1));
});

test.each<[string, Partial<AuditDraft>]>([
  ["entry.details", { details: { text: "x".repeat(LIMITS.audit_details_bytes) } }],
  ["entry.details", { details: JSON.parse(`{"a":${"[".repeat(100)}${"]".repeat(100)}}`) }],
  ["entry.id", { id: "" }],
  ["entry.at", { at: 1.5 }],
  ["entry.ip", { ip: "" }],
  ["entry.target.id", { target: { type: "key", id: "" } }],
  ["entry.action", { action: "x".repeat(2_000) }],
])("an entry that is not valid is refused by the name of its field, %s", async (field, change) => {
  const answer = await chainOf("org_a").write(write(1, { entry: draft(1, change) }));
  expect(answer).toMatchObject({ status: "invalid", problem: expect.stringContaining(field) });
  expect(await rowsOf("org_a")).toEqual([]);
});

test("more than a batch is refused, and so is an org that is not the object's", async () => {
  const tooMany = await chainOf("org_a").append("org_a", drafts(LIMITS.audit_batch + 1));
  expect(tooMany).toMatchObject({ status: "invalid" });
  expect(await chainOf("org_a").append("org_b", drafts(1))).toMatchObject({ status: "invalid" });
  expect(await chainOf("org_a").verify("org_b")).toEqual({ status: "unavailable" });
});

test.each([
  ["missing", { DB: env.DB }],
  ["malformed", { DB: env.DB, AO_AUDIT_KEY: "c2hvcnQ=" }],
])("with a signing key that is %s nothing is written, the log says so, and the object lives on", async (_, given) => {
  const logged = vi.spyOn(console, "error").mockImplementation(() => undefined);
  await runInDurableObject(chainOf("org_a"), async (_object, state) => {
    const chain = new AuditObject(state, given);
    expect(await chain.write(write(1))).toEqual({ status: "unavailable" });
    expect(await chain.append("org_a", drafts(1))).toEqual({ status: "unavailable" });
    expect(await chain.verify("org_a")).toEqual({ status: "unavailable" });
    expect(await chain.head("org_a")).toEqual({ receipt: null, public_key: null });
  });
  expect(logged).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/"audit_not_configured".*AO_AUDIT_KEY/));
  logged.mockRestore();
  expect(await chainOf("org_a").write(write(1))).toEqual({ status: "written", seq: 1 });
});

test("an eviction between writes changes nothing", async () => {
  for (let n = 1; n <= 5; n += 1) {
    expect(await chainOf("org_a").write(write(n))).toEqual({ status: "written", seq: n });
    await evictDurableObject(chainOf("org_a"));
  }
  expect(await chainOf("org_a").verify("org_a")).toMatchObject(sound(5));
});

test("triggers refuse to change, delete or replace an entry", async () => {
  await chainWith("org_a", 1);
  const refused = "the audit log is append-only";
  await expect(env.DB.prepare("UPDATE audit_log SET ip = NULL").run()).rejects.toThrow(refused);
  await expect(env.DB.prepare("DELETE FROM audit_log").run()).rejects.toThrow(refused);
  const replace = "INSERT OR REPLACE INTO audit_log SELECT * FROM audit_log";
  await expect(env.DB.prepare(replace).run()).rejects.toThrow(refused);
});

test("orgs have chains of their own", async () => {
  await chainWith("org_a", 3);
  await chainWith("org_b", 2);
  const [first_a] = await rowsOf("org_a");
  const [first_b] = await rowsOf("org_b");
  expect(first_a?.prev_hash).not.toBe(first_b?.prev_hash);
  expect(await chainOf("org_b").verify("org_b")).toMatchObject(sound(2));
});

test("intents are gone once a head is known", async () => {
  const chain = await chainWith("org_a", 2);
  const left = await runInDurableObject(chain, (_, state) =>
    state.storage.sql.exec("SELECT count(*) AS intents FROM intent").one(),
  );
  expect(left).toEqual({ intents: 0 });
});
