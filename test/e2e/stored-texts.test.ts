import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import {
  type Answer,
  byKey,
  type Caller,
  codeOf,
  expectStatus,
  type Founder,
  invite,
  make,
  newEmail,
  rowsOf,
  signUp,
} from "./support/console.ts";
import { eventually } from "./support/money.ts";
import { startPlatform, type TestPlatform } from "./support/platform.ts";

/**
 * Texts of prompts and answers, stored for who wants that. Every prompt here has a mark in it that must be in no file of
 * the platform and in no line that it writes: the platform looks for it when it is disposed of.
 */

const METRICS_TOKEN = "a-token-for-scrapers";
const MARK = "canary-prompt";

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startPlatform({ args: ["--no-demo"], vars: { AO_METRICS_TOKEN: METRICS_TOKEN } });
});
afterAll(() => platform.dispose());

interface Org {
  readonly founder: Founder;
  readonly client: OpenAI;
  readonly key: string;
  readonly key_id: string;
}

async function newOrg(
  settings: object | null = { store_texts: true },
  place: Record<string, string> = {},
): Promise<Org> {
  const founder = await signUp(platform, newEmail(), place);
  await make(founder, "/v1/providers", { id: "sandbox", kind: "sandbox" });
  if (settings !== null) await configure(founder, settings);
  return { founder, ...(await newKey(founder)) };
}

const configure = async (founder: Founder, settings: object): Promise<Answer> =>
  expectStatus(await founder.call("PATCH", `/v1/orgs/${founder.org_id}`, settings), 200);

async function newKey(founder: Founder, more: object = {}) {
  const made = await make(founder, "/v1/keys", { name: "app", wallet_id: founder.wallet_id, ...more });
  const key = z.string().parse(made.key);
  return { key, key_id: made.id, client: new OpenAI({ apiKey: key, baseURL: `${platform.url}/v1`, maxRetries: 0 }) };
}

/** What an echo is asked for; it says the same. */
const says = (what: string) => `${MARK} ${what}`;

/** Asks for an echo, and answers the id of the request. */
async function ask(
  { client }: Pick<Org, "client">,
  what: string,
  body: object = {},
  headers: Record<string, string> = {},
) {
  const params = { model: "sandbox/echo", messages: [{ role: "user" as const, content: says(what) }], ...body };
  const { data, response } = await client.chat.completions.create(params, { headers }).withResponse();
  return { id: z.string().parse(response.headers.get("x-ao-request-id")), data };
}

const textsOf = (by: Caller, id: string): Promise<Answer> => by.call("GET", `/v1/requests/${id}/texts`);

/** The texts of a request that is to have some: they are there a moment behind its answer. */
const storedOf = (by: Caller, id: string): Promise<Answer> =>
  eventually(
    () => textsOf(by, id),
    ({ status }) => status === 200,
  );

const stateOf = async (by: Caller, id: string, state: string): Promise<Answer> =>
  eventually(
    () => by.call("GET", `/v1/requests/${id}`),
    ({ body }) => body.texts === state,
  );

/** Objects in the platform's buckets. */
async function objects(): Promise<number> {
  const files = await readdir(join(platform.dataDir, "state"), { recursive: true });
  return files.filter((file) => /(^|\/)r2\/.*\/blobs\/[^/]+$/.test(file)).length;
}

const rowsIn = async (org_id: string): Promise<number> =>
  (await platform.query("SELECT request_id FROM request_texts WHERE org_id = ?", org_id)).length;

const entriesOf = async ({ founder }: Org, query: string) =>
  rowsOf(expectStatus(await founder.call("GET", `/v1/audit?${query}`), 200));

describe("without a setting", () => {
  it("nothing is stored, anywhere, and the request says so", async () => {
    const org = await newOrg(null);
    expect((await org.founder.call("GET", `/v1/orgs/${org.founder.org_id}`)).body).toMatchObject({
      store_texts: false,
      text_retention_days: 30,
    });
    // A header cannot switch it on.
    const { id } = await ask(org, "off", {}, { "x-ao-store": "true" });
    await stateOf(org.founder, id, "none");
    expect(codeOf(await textsOf(org.founder, id))).toBe("texts_not_stored");
    expect([await rowsIn(org.founder.org_id), await objects()]).toEqual([0, 0]);
  });
});

describe.concurrent("an organisation that stores texts", () => {
  it("has those of a whole answer, for 30 days, and every reading in its audit log", async () => {
    const org = await newOrg();
    const { id } = await ask(org, "whole");
    const { body } = await storedOf(org.founder, id);
    expect(body).toMatchObject({
      request_id: id,
      request: { kind: "chat", messages: [{ role: "user", content: says("whole") }] },
      choices: [
        { index: 0, text: says("whole"), reasoning: null, refusal: null, tool_calls: [], finish_reason: "stop" },
      ],
      outcome: "completed",
      truncated: false,
    });
    const { stored_at, expires_at } = z.object({ stored_at: z.string(), expires_at: z.string() }).parse(body);
    expect(Math.round((Date.parse(expires_at) - Date.parse(stored_at)) / 86_400_000)).toBe(30);
    await stateOf(org.founder, id, "stored");
    const before = (await entriesOf(org, "action=request.texts_read")).length;
    expectStatus(await textsOf(org.founder, id), 200);
    const entries = await entriesOf(org, "action=request.texts_read");
    expect(entries).toHaveLength(before + 1);
    expect(entries[0]).toMatchObject({ target: { type: "request", id }, actor: { name: org.founder.email } });
  });

  it("has those of a stream, of tool calls and of reasoning", async () => {
    const org = await newOrg();
    const stream = await org.client.chat.completions
      .create({ model: "sandbox/echo", messages: [{ role: "user", content: says("streamed") }], stream: true })
      .withResponse();
    let text = "";
    for await (const chunk of stream.data) text += chunk.choices[0]?.delta.content ?? "";
    const id = z.string().parse(stream.response.headers.get("x-ao-request-id"));
    expect((await storedOf(org.founder, id)).body).toMatchObject({ choices: [{ text, finish_reason: "stop" }] });
    const parameters = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
    const tools = [{ type: "function", function: { name: "get_weather", parameters } }];
    const called = await ask(org, "tools", { model: "sandbox/tools", tools });
    const [call] = called.data.choices[0]?.message.tool_calls ?? [];
    const made = z
      .object({ id: z.string(), function: z.object({ name: z.string(), arguments: z.string() }) })
      .parse(call);
    expect((await storedOf(org.founder, called.id)).body).toMatchObject({
      request: { tools },
      choices: [{ tool_calls: [{ id: made.id, ...made.function }], finish_reason: "tool_calls" }],
    });
    const thought = await ask(org, "think", { model: "sandbox/think" });
    const { choices } = z
      .object({ choices: z.array(z.object({ reasoning: z.string(), text: z.string() })) })
      .parse((await storedOf(org.founder, thought.id)).body);
    expect(choices[0]?.reasoning).not.toBe("");
    expect(choices[0]?.text).toBe(thought.data.choices[0]?.message.content);
  });

  it("has those of an answer from the cache, as it was given", async () => {
    const org = await newOrg();
    expectStatus(await org.founder.call("PUT", "/v1/cache/settings", { scope: "org", mode: "exact" }), 200);
    const { hit } = await eventually(
      async () => {
        const messages = [{ role: "user" as const, content: says("kept") }];
        const { response } = await org.client.chat.completions
          .create({ model: "sandbox/echo", messages })
          .withResponse();
        return { hit: response.headers.get("x-ao-cache") === "hit-exact" ? response.headers : null };
      },
      (answer) => answer.hit !== null,
    );
    const id = z.string().parse(hit?.get("x-ao-request-id"));
    expect((await storedOf(org.founder, id)).body).toMatchObject({
      choices: [{ text: says("kept"), finish_reason: "stop" }],
    });
  });

  it("has of an answer that broke off, or that its caller left, what was delivered", async () => {
    const org = await newOrg();
    const begin = (model: string, more: string) =>
      org.client.chat.completions
        .create({ model, messages: [{ role: "user", content: `${says(model)} ${more}` }], stream: true })
        .withResponse();
    const broken = await begin("sandbox/error-mid-stream", "[[after_chunks=5]]");
    let text = "";
    await (async () => {
      for await (const chunk of broken.data) text += chunk.choices[0]?.delta.content ?? "";
    })().catch(() => undefined);
    const broken_id = z.string().parse(broken.response.headers.get("x-ao-request-id"));
    expect((await storedOf(org.founder, broken_id)).body).toMatchObject({
      outcome: "upstream_error",
      choices: [{ text, finish_reason: null }],
    });
    const left = await begin("sandbox/endless", "");
    let seen = "";
    for await (const chunk of left.data) {
      seen += chunk.choices[0]?.delta.content ?? "";
      if (seen.length > 100) break;
    }
    const left_id = z.string().parse(left.response.headers.get("x-ao-request-id"));
    const { outcome, choices } = z
      .object({ outcome: z.string(), choices: z.array(z.object({ text: z.string() })) })
      .parse((await storedOf(org.founder, left_id)).body);
    expect(outcome).toBe("cancelled");
    expect(choices[0]?.text.startsWith(seen)).toBe(true);
    const failed = await org.client.chat.completions
      .create({ model: "sandbox/error-400", messages: [{ role: "user", content: says("refused") }] })
      .catch((error: unknown) => z.instanceof(OpenAI.APIError).parse(error));
    const failed_id = z.string().parse("headers" in failed ? failed.headers?.get("x-ao-request-id") : null);
    expect((await storedOf(org.founder, failed_id)).body).toMatchObject({
      request: { messages: [{ content: says("refused") }] },
      choices: [],
      outcome: "upstream_error",
    });
  });

  it("has of an answer that other models gave or went on with what its caller got", async () => {
    const org = await newOrg();
    const rule = (model: string, then: object) =>
      make(org.founder, "/v1/routing/rules", { name: model, when: { model }, then });
    await rule("over", { fallback: ["sandbox/error-first-event", "sandbox/echo"] });
    await rule("on", { fallback: ["sandbox/error-mid-stream", "sandbox/echo"], continue: true });
    for (const model of ["over", "on"]) {
      const { data, response } = await eventually(
        () =>
          org.client.chat.completions
            .create({ model, messages: [{ role: "user", content: says(model) }], stream: true })
            .withResponse()
            .catch((error: unknown) => ({ data: null, response: z.instanceof(OpenAI.APIError).parse(error) })),
        (asked) => asked.data !== null,
      );
      if (data === null) throw new Error("the rule did not come");
      let text = "";
      for await (const chunk of data) text += chunk.choices[0]?.delta.content ?? "";
      const id = z.string().parse(response.headers?.get("x-ao-request-id"));
      const { body } = await storedOf(org.founder, id);
      expect(body).toMatchObject({
        request: { messages: [{ role: "user", content: says(model) }] },
        choices: [{ text, finish_reason: "stop" }],
        outcome: "completed",
      });
    }
  });

  it("keeps them in the EU where it is there itself", async () => {
    const org = await newOrg({ store_texts: true }, { data_jurisdiction: "eu" });
    expect(org.founder.org_id).toMatch(/^org_eu_/);
    const { id } = await ask(org, "in the EU");
    expect((await storedOf(org.founder, id)).body).toMatchObject({ choices: [{ text: says("in the EU") }] });
    expect((await org.founder.call("DELETE", `/v1/requests/${id}/texts`)).status).toBe(204);
  });

  it("has what other dialects and operations asked", async () => {
    const org = await newOrg();
    const by = byKey(platform, org.key);
    const message = await by.call("POST", "/v1/messages", {
      model: "sandbox/echo",
      max_tokens: 50,
      system: says("system"),
      messages: [{ role: "user", content: says("anthropic") }],
    });
    const id = z.string().parse(expectStatus(message, 200).headers.get("x-ao-request-id"));
    expect((await storedOf(org.founder, id)).body).toMatchObject({
      request: { messages: [{ role: "system" }, { role: "user" }] },
      choices: [{ text: says("anthropic") }],
    });
    const embedded = await by.call("POST", "/v1/embeddings", { model: "sandbox/embed", input: [says("one"), "two"] });
    const embedded_id = z.string().parse(expectStatus(embedded, 200).headers.get("x-ao-request-id"));
    expect((await storedOf(org.founder, embedded_id)).body).toMatchObject({
      request: { kind: "embeddings", input: [says("one"), "two"] },
      choices: [],
    });
  });

  it("has of media what they were, and not the media", async () => {
    const org = await newOrg();
    const bytes = Buffer.from("89504e470d0a1a0a", "hex");
    const url = `data:image/png;base64,${bytes.toString("base64")}`;
    const content = [
      { type: "text" as const, text: says("look") },
      { type: "image_url" as const, image_url: { url } },
    ];
    const { id } = await ask(org, "", { messages: [{ role: "user", content }] });
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    expect((await storedOf(org.founder, id)).body).toMatchObject({
      request: {
        messages: [{ content: [content[0], { image_url: { url: { media_type: "image/png", bytes: 8, sha256 } } }] }],
      },
    });
  });

  it("has nothing of a key, a request or a body that rules it out", async () => {
    const org = await newOrg();
    const silent = await newKey(org.founder, { store_texts: false });
    expect(expectStatus(await org.founder.call("GET", `/v1/keys/${silent.key_id}`), 200).body.store_texts).toBe(false);
    const ruled_out = [
      await ask(silent, "by the key"),
      await ask(silent, "by the key, header or not", {}, { "x-ao-store": "true" }),
      await ask(org, "by the header", {}, { "x-ao-store": "false" }),
      await ask(org, "by the body", { store: false }),
    ];
    // What comes later and is stored says that those before would be there.
    await storedOf(org.founder, (await ask(org, "afterwards")).id);
    for (const { id } of ruled_out) {
      await stateOf(org.founder, id, "none");
      expect(codeOf(await textsOf(org.founder, id))).toBe("texts_not_stored");
    }
    expect(await rowsIn(org.founder.org_id)).toBe(1);
    const odd = await byKey(platform, org.key).call(
      "POST",
      "/v1/chat/completions",
      { model: "sandbox/echo", messages: [{ role: "user", content: "Hi" }] },
      { "x-ao-store": "perhaps" },
    );
    expect([odd.status, codeOf(odd)]).toEqual([400, "invalid_request"]);
    // A rotated key has what the one before had.
    const rotated = expectStatus(await org.founder.call("POST", `/v1/keys/${silent.key_id}/rotate`, {}), 201).body;
    expect(rotated.store_texts).toBe(false);
  });

  it("shows them to owners, admins and who was given that, and to no other organisation", async () => {
    const org = await newOrg();
    const { id } = await ask(org, "for few");
    await storedOf(org.founder, id);
    const scoped = async (scope: string) => byKey(platform, (await newKey(org.founder, { scopes: [scope] })).key);
    const person = (role: string) => invite(platform, org.founder, { role });
    for (const by of [await person("admin"), await scoped("admin"), await scoped("texts:read")])
      expect((await textsOf(by, id)).status).toBe(200);
    for (const by of [
      await person("member"),
      await person("viewer"),
      await scoped("requests:read"),
      await scoped("texts:erase"),
    ])
      expect([(await textsOf(by, id)).status]).toEqual([403]);
    const erase = await (await scoped("texts:read")).call("DELETE", `/v1/requests/${id}/texts`);
    expect([erase.status, codeOf(erase)]).toEqual([403, "forbidden"]);
    const stranger = await signUp(platform);
    for (const method of ["GET", "DELETE"]) {
      const answer = await stranger.call(method, `/v1/requests/${id}/texts`);
      expect([answer.status, codeOf(answer)]).toEqual([404, "not_found"]);
    }
    expect(expectStatus(await stranger.call("DELETE", `/v1/texts?before=2100-01-01T00:00:00Z`), 200).body).toEqual({
      erased: 0,
      pending: 0,
    });
    expect((await textsOf(org.founder, id)).status).toBe(200);
  });

  it("erases those of one request, and the request stays", async () => {
    const org = await newOrg();
    const { id } = await ask(org, "to be erased");
    await storedOf(org.founder, id);
    const { cost_usd } = (await stateOf(org.founder, id, "stored")).body;
    expect((await org.founder.call("DELETE", `/v1/requests/${id}/texts`)).status).toBe(204);
    for (const method of ["GET", "DELETE"]) {
      const answer = await org.founder.call(method, `/v1/requests/${id}/texts`);
      expect([answer.status, codeOf(answer)]).toEqual([404, "texts_erased"]);
    }
    expect((await stateOf(org.founder, id, "erased")).body.cost_usd).toBe(cost_usd);
    const [entry] = await entriesOf(org, "action=request.texts_erased");
    expect(entry).toMatchObject({ target: { type: "request", id }, details: { texts: 1 } });
    const [row] = await platform.query("SELECT removed_at FROM request_texts WHERE request_id = ?", id);
    expect(row?.removed_at).not.toBeNull();
  });

  it("erases all of a subject, and all before a time", async () => {
    const org = await newOrg();
    const of = (subject: string, what: string) => ask(org, what, {}, { "x-ao-subject": subject });
    const [first, second, other] = [await of("user-7", "1"), await of("user-7", "2"), await of("user-8", "3")];
    for (const { id } of [first, second, other]) await storedOf(org.founder, id);
    const nothing = await org.founder.call("DELETE", "/v1/texts");
    expect([nothing.status, codeOf(nothing)]).toEqual([400, "invalid_request"]);
    expect((await org.founder.call("DELETE", "/v1/texts?subject=user-7&before=2020-01-01T00:00:00Z")).body).toEqual({
      erased: 0,
      pending: 0,
    });
    const erased = await org.founder.call("DELETE", "/v1/texts?subject=user-7");
    expect(expectStatus(erased, 200).body).toEqual({ erased: 2, pending: 0 });
    const state = async ({ id }: { readonly id: string }) => codeOf(await textsOf(org.founder, id)) ?? "stored";
    expect([await state(first), await state(second), await state(other)]).toEqual([
      "texts_erased",
      "texts_erased",
      "stored",
    ]);
    // Who was forgotten is in no clear text of what is never forgotten.
    const [entry] = await entriesOf(org, "action=texts.erased");
    const subject_sha256 = createHash("sha256").update("user-7").digest("hex");
    expect(entry?.details).toEqual({ subject_sha256, before: null, texts: 2 });
    const kept = await platform.query("SELECT subject FROM request_texts WHERE org_id = ?", org.founder.org_id);
    expect(kept.map(({ subject }) => subject).filter((subject) => subject !== null)).toEqual(["user-8"]);
    const rest = await org.founder.call("DELETE", "/v1/texts?before=2100-01-01T00:00:00Z");
    expect(expectStatus(rest, 200).body).toEqual({ erased: 1, pending: 0 });
    expect(await state(other)).toBe("texts_erased");
  });

  it("stores nothing more once that is switched off, and what is stored stays, also when its data key is replaced", async () => {
    const org = await newOrg();
    const { id } = await ask(org, "before");
    await storedOf(org.founder, id);
    const keys = () =>
      platform.query("SELECT id, wrapped FROM data_keys WHERE org_id = ? ORDER BY created_at", org.founder.org_id);
    const rotate = () => org.founder.call("POST", `/v1/orgs/${org.founder.org_id}/rotate-data-key`);
    const [first] = await keys();
    expectStatus(await rotate(), 200);
    // Wrapped anew, so that it does not end with a master key that is being replaced.
    const [kept, ...others] = await keys();
    expect([kept?.id, kept?.wrapped === first?.wrapped, others.length]).toEqual([first?.id, false, 1]);
    expectStatus(await textsOf(org.founder, id), 200);
    const later = await ask(org, "with the new key");
    expectStatus(await storedOf(org.founder, later.id), 200);
    await configure(org.founder, { store_texts: false });
    const texts = await eventually(
      async () => {
        const asked = await ask(org, "after");
        const logged = await eventually(
          () => org.founder.call("GET", `/v1/requests/${asked.id}`),
          ({ status }) => status === 200,
        );
        return logged.body.texts;
      },
      (state) => state === "none",
    );
    expect(texts).toBe("none");
    for (const stored of [id, later.id]) expectStatus(await textsOf(org.founder, stored), 200);
    expectStatus(await org.founder.call("DELETE", "/v1/texts?before=2100-01-01T00:00:00Z"), 200);
    expectStatus(await rotate(), 200);
    expect(await keys()).toHaveLength(1);
    const [entry] = await entriesOf(org, "action=org.updated");
    expect(entry?.details).toMatchObject({ before: { store_texts: true }, after: { store_texts: false } });
  });

  it("keeps them no longer than the request log", async () => {
    const org = await newOrg();
    for (const text_retention_days of [0, 401, 1.5]) {
      const answer = await org.founder.call("PATCH", `/v1/orgs/${org.founder.org_id}`, { text_retention_days });
      expect([answer.status, codeOf(answer)]).toEqual([400, "invalid_request"]);
    }
    expect((await configure(org.founder, { text_retention_days: 400 })).body.text_retention_days).toBe(400);
  });

  it("answers also when they cannot be stored, and counts that", async () => {
    const org = await newOrg();
    await platform.query("DELETE FROM data_keys WHERE org_id = ?", org.founder.org_id);
    const { data } = await ask(org, "lost");
    expect(data.choices[0]?.message.content).toBe(says("lost"));
    const metrics = byKey(platform, METRICS_TOKEN);
    await eventually(
      async () => (await metrics.call("GET", "/metrics")).text,
      (text) => /^ai_orchestrator_text_failures_total\{reason="no_key"\} [1-9]/m.test(text),
    );
  });
});

describe("on this machine", () => {
  it("no object is left of what was erased", async () => {
    const [row] = await platform.query(
      "SELECT COUNT(*) AS objects FROM request_texts WHERE removed_at IS NULL AND stored_at IS NOT NULL",
    );
    expect(await objects()).toBe(row?.objects);
  });
});
