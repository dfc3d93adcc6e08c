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
  messageOf,
  rowsOf,
  signUp,
} from "../support/console.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";

let platform: TestPlatform;
let founder: Founder;

beforeAll(async () => {
  platform = await startPlatform({ args: ["--no-demo"] });
  founder = await signUp(platform);
  await make(founder, "/v1/providers", { id: "sandbox", kind: "sandbox" });
});
afterAll(() => platform.dispose());

const HELLO = { model: "sandbox/echo", messages: [{ role: "user", content: "Hello!" }] };
const chat = (key: string, body: object = HELLO): Promise<Answer> =>
  byKey(platform, key).call("POST", "/v1/chat/completions", body);
const keyOf = (made: Record<string, unknown>): string => z.string().parse(made.key);
const newKey = (more: object = {}, by: Caller = founder) =>
  make(by, "/v1/keys", { name: "app", wallet_id: founder.wallet_id, ...more });

describe("a key", () => {
  it("works with the next request, is shown once and kept as a keyed hash only", async () => {
    const made = await newKey();
    expect((await chat(keyOf(made))).status).toBe(200);
    const shown = await founder.call("GET", `/v1/keys/${made.id}`);
    expect(shown.body).toMatchObject({ name: "app", hint: keyOf(made).slice(0, 10), scopes: ["inference"] });
    for (const { text } of [shown, await founder.call("GET", "/v1/keys")]) expect(text).not.toContain(keyOf(made));
    expect(JSON.stringify(await platform.query("SELECT * FROM api_keys"))).not.toContain(keyOf(made));
  });

  it("is refused by the very next request once it was deleted, by the gateway and by the console", async () => {
    const made = await newKey({ scopes: ["inference", "viewer"] });
    expect((await chat(keyOf(made))).status).toBe(200);
    expectStatus(await founder.call("DELETE", `/v1/keys/${made.id}`), 204);
    const after = await chat(keyOf(made));
    expect([after.status, codeOf(after)]).toEqual([401, "invalid_api_key"]);
    expect((await byKey(platform, keyOf(made)).call("GET", "/v1/keys")).status).toBe(401);
  });

  it("is refused at once where nothing is paid too, though the isolate has just served it there", async () => {
    const made = await newKey();
    const app = byKey(platform, keyOf(made));
    const request_id = (await chat(keyOf(made))).headers.get("x-ao-request-id");
    const free = [
      ["GET", "/v1/models"],
      ["GET", "/v1/wallet/balance"],
      ["POST", "/v1/messages/count_tokens", HELLO],
      ["POST", "/v1/feedback", { request_id, score: 1 }],
      ["POST", "/v1/chat/completions", HELLO, { "x-ao-dry-run": "true" }],
    ] as const;
    const askAll = async () => {
      const answers = [];
      for (const [method, path, body, headers] of free) answers.push(await app.call(method, path, body, headers));
      return answers;
    };
    expect((await askAll()).map(({ status }) => status)).toEqual(free.map(() => 200));
    expectStatus(await founder.call("DELETE", `/v1/keys/${made.id}`), 204);
    for (const answer of await askAll()) {
      expect([answer.status, messageOf(answer)]).toEqual([401, "This API key was revoked."]);
    }
  });

  it("can be deleted again: it stays revoked", async () => {
    const made = await newKey();
    for (const _ of [1, 2]) expectStatus(await founder.call("DELETE", `/v1/keys/${made.id}`), 204);
    expect((await founder.call("PATCH", `/v1/keys/${made.id}`, { name: "again" })).status).toBe(409);
  });

  it("is limited to its models", async () => {
    const made = await newKey({ models: ["sandbox/lorem", "other/*"] });
    const refused = await chat(keyOf(made));
    expect([refused.status, codeOf(refused)]).toEqual([403, "forbidden"]);
    const none = await newKey({ models: [] });
    expect((await chat(keyOf(none))).status).toBe(403);
  });

  it("is limited by its own rates from the next request on", async () => {
    const made = await newKey({ requests_per_minute: 2 });
    expect(made).toMatchObject({ requests_per_minute: 2, tokens_per_minute: null, concurrent_requests: null });
    for (const status of [200, 200, 429]) expect((await chat(keyOf(made))).status).toBe(status);
    const change = (limits: object) => founder.call("PATCH", `/v1/keys/${made.id}`, limits);
    expectStatus(await change({ requests_per_minute: null }), 200);
    for (let index = 0; index < 5; index += 1) expect((await chat(keyOf(made))).status).toBe(200);
    expectStatus(await change({ tokens_per_minute: 0 }), 200);
    expect(codeOf(await chat(keyOf(made)))).toBe("rate_limited");
    expect((await change({ concurrent_requests: -1 })).status).toBe(400);
  });

  it("is bound by the rates of its wallet, changed from one request to the next", async () => {
    const wallet = await make(founder, "/v1/wallets", { name: "Slow", limit_usd: "1", requests_per_minute: 1 });
    const key = keyOf(await newKey({ wallet_id: wallet.id }));
    for (const status of [200, 429]) expect((await chat(key)).status).toBe(status);
    const change = (limits: object) => founder.call("PATCH", `/v1/wallets/${wallet.id}`, limits);
    expectStatus(await change({ requests_per_minute: null }), 200);
    expect((await chat(key)).status).toBe(200);
    expectStatus(await change({ concurrent_requests: 0 }), 200);
    expect(codeOf(await chat(key))).toBe("rate_limited");
  });

  it("ends when it expires; one that would have ended already is not made", async () => {
    const past = { name: "late", wallet_id: founder.wallet_id, expires_at: "2020-01-01T00:00:00Z" };
    const refused = await founder.call("POST", "/v1/keys", past);
    expect([refused.status, messageOf(refused)]).toEqual([400, expect.stringContaining("must lie ahead")]);
    const made = await newKey({ expires_at: "2099-01-01T00:00:00Z" });
    expect(made.expires_at).toBe("2099-01-01T00:00:00.000Z");
  });

  it("spends from a wallet of its own org only", async () => {
    const stranger = await signUp(platform);
    const foreign = await founder.call("POST", "/v1/keys", { name: "x", wallet_id: stranger.wallet_id });
    const unknown = await founder.call("POST", "/v1/keys", { name: "x", wallet_id: "wal_unknown" });
    expect([foreign.status, messageOf(foreign)]).toEqual([400, messageOf(unknown)]);
  });
});

describe("rotation", () => {
  it("lets both keys work for the overlap, with everything else the same", async () => {
    const old = await newKey({ models: ["sandbox/*"] });
    const answer = expectStatus(await founder.call("POST", `/v1/keys/${old.id}/rotate`, {}), 201);
    const made = z
      .looseObject({ key: z.string(), models: z.array(z.string()), rotated_from: z.string() })
      .parse(answer.body);
    expect(made).toMatchObject({ models: ["sandbox/*"], rotated_from: old.id });
    expect((await chat(keyOf(old))).status).toBe(200);
    expect((await chat(made.key)).status).toBe(200);
    // The new one must not inherit the end of the old one by way of a second rotation.
    expect((await founder.call("POST", `/v1/keys/${old.id}/rotate`, {})).status).toBe(409);
  });

  it("without an overlap ends the old key at once", async () => {
    const old = await newKey();
    expect((await chat(keyOf(old))).status).toBe(200);
    expectStatus(await founder.call("POST", `/v1/keys/${old.id}/rotate`, { overlap_ms: 0 }), 201);
    expect((await chat(keyOf(old))).status).toBe(401);
    expect((await founder.call("POST", `/v1/keys/${old.id}/rotate`, {})).status).toBe(409);
  });
});

describe("an idempotency key", () => {
  const body = () => ({ name: "once", wallet_id: founder.wallet_id });
  const create = (idempotency: string, sent: object = body()) =>
    founder.call("POST", "/v1/keys", sent, { "idempotency-key": idempotency });

  it("makes one thing of a repeat, and the repeat has the same answer, also the key", async () => {
    const [first, second] = [await create("repeat"), await create("repeat")];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.text).toBe(first.text);
  });

  it("makes one thing of twenty calls at once", async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => create("at once")));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  });

  it("is refused with another body, and is somebody else's with the same words", async () => {
    await create("mine");
    const other = await create("mine", { ...body(), name: "other" });
    expect([other.status, codeOf(other)]).toEqual([409, "idempotency_mismatch"]);
    const colleague = await invite(platform, founder, { role: "admin" });
    const theirs = await colleague.call("POST", "/v1/keys", body(), { "idempotency-key": "mine" });
    expect(theirs.status).toBe(201);
  });

  it("keeps the answer sealed: no key lies in the database in plain text", async () => {
    const made = await create("sealed");
    const rows = JSON.stringify(await platform.query("SELECT * FROM idempotent_creates"));
    expect(rows).not.toContain(z.string().parse(made.body.key));
  });
});

describe("nobody hands out more than they have", () => {
  it("an admin makes no owner's key, and touches none", async () => {
    const admin = await invite(platform, founder, { role: "admin" });
    const owners = await newKey({ scopes: ["owner"] });
    const attempts = [
      await admin.call("POST", "/v1/keys", { name: "x", wallet_id: founder.wallet_id, scopes: ["owner"] }),
      await admin.call("POST", "/v1/keys", { name: "x", wallet_id: founder.wallet_id, scopes: ["org:own"] }),
      await admin.call("POST", `/v1/keys/${owners.id}/rotate`, {}),
      await admin.call("PATCH", `/v1/keys/${owners.id}`, { name: "mine now" }),
    ];
    for (const attempt of attempts) expect([attempt.status, codeOf(attempt)]).toEqual([403, "forbidden"]);
    const mine = await newKey({ scopes: ["admin"] }, admin);
    const raised = await admin.call("PATCH", `/v1/keys/${mine.id}`, { scopes: ["owner"] });
    expect(raised.status).toBe(403);
    // A leaked key can be ended by whoever may end keys.
    expectStatus(await admin.call("DELETE", `/v1/keys/${owners.id}`), 204);
  });

  it("a key makes no key with more scopes than its own", async () => {
    const maker = await newKey({ scopes: ["keys:write", "keys:read"] });
    const by = byKey(platform, keyOf(maker));
    expect(
      (await by.call("POST", "/v1/keys", { name: "x", wallet_id: founder.wallet_id, scopes: ["admin"] })).status,
    ).toBe(403);
    expect(
      (await by.call("POST", "/v1/keys", { name: "x", wallet_id: founder.wallet_id, scopes: ["keys:write"] })).status,
    ).toBe(201);
    expect((await by.call("PATCH", `/v1/keys/${maker.id}`, { scopes: ["owner"] })).status).toBe(403);
    expect((await by.call("GET", "/v1/wallets")).status).toBe(403);
  });

  it("an app's key reaches nothing of the console, and an admin's key without `inference` no model", async () => {
    const app = await newKey();
    const by = byKey(platform, keyOf(app));
    const calls: [string, string, object?][] = [
      ["GET", "/v1/keys"],
      ["PATCH", `/v1/wallets/${founder.wallet_id}`, { limit_usd: "1000" }],
      ["GET", "/v1/audit"],
      ["POST", "/v1/providers/sandbox/test"],
    ];
    for (const [method, path, body] of calls) expect((await by.call(method, path, body)).status).toBe(403);
    const admin = await newKey({ scopes: ["admin"] });
    expect((await chat(keyOf(admin))).status).toBe(403);
  });

  it("a team's member makes keys for the team's wallets and no others", async () => {
    const team = await make(founder, "/v1/teams", { name: "Chatbot" });
    const wallet = await make(founder, "/v1/wallets", { name: "Chatbot", limit_usd: "5", team_id: team.id });
    const member = await invite(platform, founder, { role: "member", team_id: team.id, team_role: "member" });
    const own = await make(member, "/v1/keys", { name: "ours", wallet_id: wallet.id });
    expect((await chat(keyOf(own))).status).toBe(200);
    expect((await member.call("POST", "/v1/keys", { name: "x", wallet_id: founder.wallet_id })).status).toBe(403);
    expect((await member.call("POST", "/v1/keys", { name: "x", wallet_id: wallet.id, scopes: ["admin"] })).status).toBe(
      403,
    );
    const others = await newKey();
    expect((await member.call("DELETE", `/v1/keys/${others.id}`)).status).toBe(403);
    expectStatus(await member.call("DELETE", `/v1/keys/${own.id}`), 204);
  });

  it("fields that nobody may set change nothing, and the answer says that they were ignored", async () => {
    const answer = await founder.call("POST", "/v1/keys", {
      name: "plain",
      wallet_id: founder.wallet_id,
      id: "key_mine",
      org_id: "org_other",
      hash: "0".repeat(64),
      hint: "ao_mine",
      created_by: "usr_other",
      revoked_at: "2020-01-01T00:00:00Z",
      version: 99,
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.get("x-ao-warnings")).toContain("org_id");
    const { id } = z.looseObject({ id: z.string() }).parse(answer.body);
    const [row] = await platform.query("SELECT * FROM api_keys WHERE id = ?", id);
    expect(row).toMatchObject({ org_id: founder.org_id, version: 1, revoked_at: null });
    expect(row?.hash).not.toBe("0".repeat(64));
    const patched = await founder.call("PATCH", `/v1/keys/${id}`, {
      org_id: "org_other",
      wallet_id: "wal_other",
      hash: "0",
    });
    expect(patched.status).toBe(400);
    expect((await platform.query("SELECT org_id, wallet_id FROM api_keys WHERE id = ?", id))[0]).toMatchObject({
      org_id: founder.org_id,
      wallet_id: founder.wallet_id,
    });
  });
});

describe("lists", () => {
  it("go on page by page without a gap or a repeat, sorted and filtered, while rows are added", async () => {
    const wallet = await make(founder, "/v1/wallets", { name: "Lists", limit_usd: null });
    const made: string[] = [];
    for (let number = 0; number < 7; number += 1) {
      made.push((await newKey({ wallet_id: wallet.id, name: `k${number % 3}` })).id);
    }
    const seen: unknown[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const query = `wallet_id=${wallet.id}&sort=name&limit=2${cursor === "" ? "" : `&cursor=${cursor}`}`;
      const page: Answer = expectStatus(await founder.call("GET", `/v1/keys?${query}`), 200);
      seen.push(...rowsOf(page).map(({ id }) => id));
      cursor = z.string().nullable().parse(page.body.next_cursor);
      if (seen.length === 2) await newKey({ wallet_id: wallet.id, name: "a0" });
    }
    expect([...seen].sort()).toEqual([...made].sort());
  });
});
