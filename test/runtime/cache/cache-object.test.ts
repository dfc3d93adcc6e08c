import { evictDurableObject, reset, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { CACHE_DEFAULTS } from "../../../schema/caching/cache-setting.ts";
import type { CacheNamespace, CacheRpc } from "../../../schema/wire/cache-rpc.ts";
import { anthropicMessages } from "../../../workers/gateway/dialects/anthropic-messages/anthropic-messages.ts";
import { standIn } from "../../unit/gateway/fixtures.ts";
import { ask, objectOf, partsOf } from "./asking.ts";

interface Vectors {
  setDown(is_down: boolean): Promise<void>;
  ids(): Promise<readonly string[]>;
  move(id: string, place: { readonly namespace?: string; readonly partition?: string }): Promise<void>;
}
const vectors = z.object({ VECTORS: z.custom<Vectors>() }).parse(env).VECTORS;

beforeEach(() => reset());
afterEach(() => vectors.setDown(false));

/** Changes rows behind the object's back. */
const change = (sql: string, ...values: (string | number | null | ArrayBuffer)[]) =>
  runInDurableObject(objectOf(), (_object, { storage }) => {
    storage.sql.exec(sql, ...values);
  });
const rows = () =>
  runInDurableObject(objectOf(), (_object, { storage }) =>
    storage.sql
      .exec<{ id: string; partition: string | null; sealed: ArrayBuffer; exact_key: string }>(
        "SELECT id, partition, sealed, exact_key FROM entry ORDER BY id",
      )
      .toArray(),
  );

describe("the same request", () => {
  it("is answered from the cache, also after the object was restarted", async () => {
    expect(await ask({ question: "Why?", answer: "Because." })).toMatchObject({ from: "provider" });
    await evictDurableObject(objectOf());
    expect(await ask({ question: "Why?" })).toMatchObject({
      from: "cache",
      text: "Because.",
      headers: { "x-ao-cache": "hit-exact", "x-ao-cache-score": "1.0000" },
    });
  });

  it("asked many times at once is kept once", async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => ask({ question: "At once?" })));
    expect(all.every(({ text }) => text === "an answer")).toBe(true);
    expect(await rows()).toHaveLength(1);
  });

  it("is another one with another model, team, org, bound, instruction or temperature", async () => {
    const body = { model: "acme/m", messages: [{ role: "user", content: "One" }] };
    await ask({ body });
    for (const other of [
      { body, model: "acme/n" },
      { body, team: "team_2" },
      { body, team: null },
      { body, org: "org_2" },
      { body: { ...body, max_tokens: 5 } },
      { body: { ...body, temperature: 0.5 } },
      { body: { ...body, unknown_field: 1 } },
      { body: { ...body, tools: [{ type: "function", function: { name: "look" } }] } },
      { body: { ...body, response_format: { type: "json_object" } } },
      { body: { ...body, messages: [{ role: "system", content: "Be brief" }, ...body.messages] } },
    ]) {
      expect((await ask(other)).headers["x-ao-cache"]).toBe("miss");
    }
    expect((await ask({ body: { ...body, user: "ann", stream: true } })).from).toBe("cache");
  });

  it("in another dialect is the same", async () => {
    await ask({ body: { model: "acme/m", max_tokens: 9, messages: [{ role: "user", content: "Hello" }] } });
    const asked = { model: "acme/m", max_tokens: 9, messages: [{ role: "user", content: "Hello" }] };
    expect((await ask({ dialect: anthropicMessages, body: asked })).from).toBe("cache");
  });
});

describe("a question that means the same", () => {
  it("is answered from the cache with its score; another one is not, however near", async () => {
    await ask({ question: "what is the capital of France", answer: "Paris" });
    const again = await ask({ question: "What is the capital of France?" });
    expect(again).toMatchObject({ from: "cache", text: "Paris", headers: { "x-ao-cache": "hit-semantic" } });
    const other = await ask({ question: "what is the capital of Spain", setting: { threshold: 0.8 } });
    expect(other).toMatchObject({ from: "provider", headers: { "x-ao-cache": "refused" } });
    expect(other.headers["x-ao-cache-reason"]).toMatch(/^veto_/);
  });

  it("does not meet the same words in another conversation, under other instructions, or of another team", async () => {
    const follow = (before: string) => ({
      model: "acme/m",
      messages: [
        { role: "user", content: before },
        { role: "assistant", content: "It is mild." },
        { role: "user", content: "And in winter?" },
      ],
    });
    await ask({ body: follow("How is the weather in Rome?"), answer: "Mild." });
    expect((await ask({ body: follow("How is the weather in Oslo?") })).from).toBe("provider");
    expect((await ask({ body: follow("How is the weather in Rome?"), team: "team_2" })).from).toBe("provider");
    expect((await ask({ body: { ...follow("How is the weather in Rome?"), seed: 1 } })).from).toBe("provider");
  });

  it("is not looked for where the setting is exact only, nor the same request where it is semantic only", async () => {
    await ask({ question: "tell me a joke", setting: { mode: "exact" } });
    expect((await ask({ question: "Tell me a joke!", setting: { mode: "exact" } })).from).toBe("provider");
    expect((await ask({ question: "tell me a joke", setting: { mode: "semantic" } })).headers["x-ao-cache"]).toBe(
      "miss",
    );
  });

  it("is compared by the vectors of a configured model, which never meet those of another", async () => {
    const embed = async (text: string) => [text.length, 1];
    const paid = { setting: { embedding_model: "acme/embed" }, embed };
    await ask({ question: "how tall is it", answer: "Ten metres.", ...paid });
    expect((await ask({ question: "How tall is it?", ...paid })).headers["x-ao-cache"]).toBe("hit-semantic");
    expect((await ask({ question: "How tall is it?" })).from).toBe("provider");
    const none = await ask({ question: "how tall", setting: paid.setting, embed: async () => null });
    expect(none).toMatchObject({ from: "provider", headers: { "x-ao-cache": "miss" } });
  });
});

describe("an entry that is not what was stored", () => {
  const QUESTION = "what is kept here";
  const stored = async (answer = "the truth") => {
    await ask({ question: QUESTION, answer });
    const [row] = await rows();
    if (row === undefined) throw new Error("nothing was kept");
    return row;
  };
  const both = async () => {
    const exact = await ask({ question: QUESTION, setting: { mode: "exact" }, answer: "fresh" });
    return exact;
  };

  it("whose content was changed, cut or emptied is refused, and removed", async () => {
    for (const spoil of [
      (bytes: Uint8Array) => bytes.with(20, (bytes[20] ?? 0) ^ 1),
      (bytes: Uint8Array) => bytes.slice(0, -1),
      () => new Uint8Array(),
      () => crypto.getRandomValues(new Uint8Array(100)),
    ]) {
      await reset();
      const { id, sealed } = await stored();
      const spoilt = new Uint8Array(spoil(new Uint8Array(sealed)));
      await change("UPDATE entry SET sealed = ? WHERE id = ?", spoilt.buffer, id);
      const answer = await both();
      expect(answer).toMatchObject({ text: "fresh", headers: { "x-ao-cache": "refused" } });
      expect(answer.headers["x-ao-cache-reason"]).toBe("integrity");
      expect((await rows()).map((row) => row.id)).not.toContain(id);
    }
  });

  it("whose lifetime was made longer, or model, key or id another, does not open", async () => {
    for (const [sql, value] of [
      ["UPDATE entry SET expires_at = ? WHERE id = ?", Date.now() + 10 * CACHE_DEFAULTS.ttl_ms],
      ["UPDATE entry SET created_at = ? WHERE id = ?", 1],
    ] as const) {
      await reset();
      const { id } = await stored();
      await change(sql, value, id);
      expect(await both()).toMatchObject({ text: "fresh", headers: { "x-ao-cache-reason": "integrity" } });
    }
  });

  it("that is another question's, put under this one's key or partition, is refused", async () => {
    const own = await stored();
    await ask({ question: "what else is kept", answer: "poison" });
    const other = (await rows()).find(({ id }) => id !== own.id);
    await change("DELETE FROM entry WHERE id = ?", own.id);
    await change(
      "UPDATE entry SET exact_key = ?, partition = ? WHERE id = ?",
      own.exact_key,
      own.partition,
      other?.id ?? "",
    );
    expect(await both()).toMatchObject({ text: "fresh", headers: { "x-ao-cache": "refused" } });
  });

  it("that comes from another team's object is refused", async () => {
    await stored();
    const [foreign] = await rows();
    await ask({ question: QUESTION, team: "team_2", answer: "of team 2" });
    await runInDurableObject(objectOf("org_1", "team_2"), (_object, { storage }) => {
      storage.sql.exec("UPDATE entry SET sealed = ?", foreign?.sealed ?? null);
    });
    expect(await ask({ question: QUESTION, team: "team_2", answer: "fresh" })).toMatchObject({ text: "fresh" });
  });

  it("that is expired is not served, whatever the index says, and goes with its vector by the alarm", async () => {
    const { id } = await stored();
    await change("UPDATE entry SET expires_at = ? WHERE id = ?", Date.now() - 1, id);
    expect(await ask({ question: "What is kept here?", answer: "fresh" })).toMatchObject({ text: "fresh" });
    expect(await vectors.ids()).toContain(id);
    await runDurableObjectAlarm(objectOf());
    expect(await vectors.ids()).not.toContain(id);
    expect((await rows()).map((row) => row.id)).not.toContain(id);
  });

  it("is not served to a question of another partition, though the index says that it is of it", async () => {
    const { id } = await stored("for the cheerful");
    const grim = (question: string) => ({
      model: "acme/m",
      messages: [
        { role: "system", content: "Be grim" },
        { role: "user", content: question },
      ],
    });
    await ask({ body: grim("something to have a partition") });
    const partition = (await rows()).find((row) => row.id !== id)?.partition ?? "";
    await vectors.move(id, { partition });
    expect(await ask({ body: grim("What is kept here?"), answer: "fresh" })).toMatchObject({ text: "fresh" });
  });
});

describe("a cache that does not work", () => {
  it("is a miss: index down, embedder down, embedder hanging, object failing or hanging, no object at all", async () => {
    await vectors.setDown(true);
    expect(await ask({ question: "index" })).toMatchObject({ from: "provider", headers: { "x-ao-cache": "miss" } });
    expect((await ask({ question: "index" })).headers["x-ao-cache"]).toBe("hit-exact");
    await vectors.setDown(false);
    expect(await ask({ question: "[ai down]" })).toMatchObject({ from: "provider", headers: { "x-ao-cache": "miss" } });
    const slow = { vars: { AO_CACHE_BUDGET_MS: "50" } };
    const failing: CacheNamespace = {
      idFromName: (name) => env.CACHE.idFromName(name),
      get: () => {
        throw new Error("overloaded");
      },
    };
    expect(await ask({ question: "q", namespace: failing })).toMatchObject({
      from: "provider",
      headers: { "x-ao-cache": "miss", "x-ao-cache-reason": "unavailable" },
    });
    const hanging: CacheNamespace = {
      idFromName: (name) => env.CACHE.idFromName(name),
      get: () => standIn<CacheRpc>({ find: () => new Promise(() => undefined) }),
    };
    const at_once = { wait: async () => undefined };
    expect(await ask({ question: "q", namespace: hanging, effects: at_once })).toMatchObject({
      from: "provider",
      headers: { "x-ao-cache-reason": "late" },
    });
    expect((await ask({ question: "q", namespace: null })).from).toBe("provider");
    const late = await ask({
      question: "late",
      ...slow,
      embed: () => new Promise((done) => setTimeout(() => done(null), 300)),
      setting: { embedding_model: "acme/e" },
    });
    expect(late).toMatchObject({ from: "provider", headers: { "x-ao-cache-reason": "late" } });
  });
});

describe("what is kept", () => {
  it("is nothing of an answer that failed, was filtered, refused, cut off, calls tools or has a secret in it", async () => {
    const [start, text, finish, usage, end] = partsOf("hello");
    if (start === undefined || text === undefined || finish === undefined || usage === undefined || end === undefined)
      return;
    const call = { type: "tool_call", choice: 0, index: 0, id: "c1", name: "look" } as const;
    for (const parts of [
      [start, text, { ...finish, reason: "content_filter" } as const, usage, end],
      [start, { type: "refusal", choice: 0, text: "no" } as const, finish, usage, end],
      [start, text, finish, usage],
      [start, text, usage, end],
      [start, call, finish, usage, end],
      partsOf("Your key is sk-proj-abcdefghijklmnopqrstuvwx"),
      partsOf("Write to ann@example.com"),
      partsOf("Pay to DE89 3704 0044 0532 0130 00"),
      partsOf("The card 4111 1111 1111 1111"),
    ]) {
      await ask({ question: "tell me", parts });
    }
    expect(await rows()).toEqual([]);
    await ask({ question: "tell me", parts: [start, call, finish, usage, end], setting: { tool_calls: true } });
    expect(await rows()).toHaveLength(1);
  });

  it("is nothing that was under way when the cache was flushed", async () => {
    await ask({ question: "before", answer: "old" });
    await ask({ question: "under way", meanwhile: () => objectOf().flush() });
    expect(await rows()).toEqual([]);
    expect((await ask({ question: "before" })).from).toBe("provider");
  });

  it("is bounded: those that were used longest ago go first", async () => {
    const setting = { mode: "exact", max_bytes: 64 * 1024 } as const;
    const answer = "word ".repeat(4_000);
    await ask({ question: "first", answer, setting });
    await ask({ question: "second", answer, setting });
    await ask({ question: "third", answer, setting });
    expect((await ask({ question: "first", setting })).from).toBe("cache");
    await ask({ question: "fourth", answer, setting });
    expect((await ask({ question: "first", setting })).from).toBe("cache");
    const { bytes, evicted } = await objectOf().stats();
    expect(bytes).toBeLessThanOrEqual(64 * 1024);
    expect(evicted).toBeGreaterThan(0);
    expect((await ask({ question: "big", answer: answer.repeat(5), setting })).from).toBe("provider");
    expect((await ask({ question: "big", setting })).from).toBe("provider");
  });

  it("is sealed: neither question nor answer can be read in the object", async () => {
    await ask({ question: "a legible question", answer: "a legible answer" });
    const [row] = await rows();
    expect(new TextDecoder().decode(row?.sealed)).not.toMatch(/legible/);
  });
});

describe("shadow mode", () => {
  it("serves nothing, and reports what each threshold would have served and how like the answers are", async () => {
    const setting = { mode: "shadow" } as const;
    await ask({ question: "what is the tallest tower", answer: "It is the tower of the town hall", setting });
    const same = await ask({
      question: "what is the tallest tower",
      answer: "It is the tower of the town hall",
      setting,
    });
    expect(same).toMatchObject({ from: "provider", headers: { "x-ao-cache": "miss", "x-ao-cache-reason": "shadow" } });
    await ask({ question: "What is the tallest tower?", answer: "No idea whatsoever", setting });
    await ask({ question: "what is the tallest tree", setting });
    const report = await objectOf().shadow(0);
    expect(report).toMatchObject({ requests: 4, exact: { found: 1, would_serve: 1, differed: 0, mean_likeness: 1 } });
    const [top, ...lower] = report.semantic;
    expect(top).toMatchObject({ from: 0.99, would_serve: 1, differed: 1, saved_nano_usd: 20 });
    expect(lower.reduce((sum, step) => sum + step.would_serve, 0)).toBe(0);
  });
});
