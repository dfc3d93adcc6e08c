import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isRefused } from "../../../../schema/kernel/errors.ts";
import type { JsonObject } from "../../../../schema/kernel/json.ts";
import { LIMITS } from "../../../../schema/kernel/limits.ts";
import { readIdempotency } from "../../../../workers/gateway/pipeline/idempotency.ts";

const ROUTE = "/v1/chat/completions";
const BODY: JsonObject = { model: "m", messages: [{ role: "user", content: "Hi" }], a: 1, b: { c: 2, d: [1, 2] } };

async function read(key: string, { key_id = "key_1", route = ROUTE, body = BODY } = {}) {
  const found = await readIdempotency(new Headers({ "idempotency-key": key }), key_id, route, body);
  if (isRefused(found)) throw new Error(`refused: ${found.refused.code}`);
  if (found.idempotency === null) throw new Error("no idempotency");
  return found.idempotency;
}

/** The same value with the members of every object in another order. */
function reordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reordered);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reordered(member)]),
  );
}

describe("an idempotency key", () => {
  it("is none when none is sent", async () => {
    expect(await readIdempotency(new Headers(), "key_1", ROUTE, BODY)).toEqual({ idempotency: null });
  });

  it.each(["", "k".repeat(LIMITS.idempotency_key_chars + 1)])("of %j is refused", async (key) => {
    expect(await readIdempotency(new Headers({ "idempotency-key": key }), "key_1", ROUTE, BODY)).toMatchObject({
      refused: { code: "invalid_request", param: "idempotency-key" },
    });
  });

  it("is kept only as a hash", async () => {
    const { key_hash, fingerprint } = await read("canary-key");
    expect(key_hash).toMatch(/^[0-9a-f]{64}$/);
    expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
  });

  it("of two API keys never meets", async () => {
    const mine = await read("k");
    const other = await read("k", { key_id: "key_2" });
    expect(other.key_hash).not.toBe(mine.key_hash);
    expect(other.fingerprint).toBe(mine.fingerprint);
    expect((await read("1k", { key_id: "key_" })).key_hash).not.toBe((await read("k", { key_id: "key_1" })).key_hash);
  });

  it("goes with a fingerprint of route and body, whatever the order of members", async () => {
    const { fingerprint, key_hash } = await read("k");
    expect(await read("k", { body: JSON.parse(JSON.stringify(reordered(BODY))) })).toEqual({ fingerprint, key_hash });
    expect((await read("k", { route: "/v1/embeddings" })).fingerprint).not.toBe(fingerprint);
    expect((await read("other")).fingerprint).toBe(fingerprint);
  });

  it.each<JsonObject>([
    { ...BODY, a: 2 },
    { ...BODY, a: "1" },
    { ...BODY, b: { c: 2, d: [2, 1] } },
    { ...BODY, x: null },
    { model: "m", messages: BODY.messages ?? null, a: 1 },
  ])("with another body %j has another fingerprint", async (body) => {
    expect((await read("k", { body })).fingerprint).not.toBe((await read("k")).fingerprint);
  });

  it("has equal fingerprints exactly for equal bodies", async () => {
    const body = fc.dictionary(fc.string({ maxLength: 3 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 });
    await fc.assert(
      fc.asyncProperty(body, body, async (first, second) => {
        const [a, b]: JsonObject[] = JSON.parse(JSON.stringify([first, second]));
        const turned: JsonObject = JSON.parse(JSON.stringify(reordered(a)));
        const [one, again, two] = await Promise.all([a, turned, b].map((value) => read("k", { body: value ?? {} })));
        expect(again).toEqual(one);
        // Equality of values, in which the order of members does not count.
        expect(one?.fingerprint === two?.fingerprint).toBe(isEqual(a, b));
      }),
    );
  });
});

function isEqual(a: unknown, b: unknown): boolean {
  try {
    expect(a).toStrictEqual(b);
    return true;
  } catch {
    return false;
  }
}
