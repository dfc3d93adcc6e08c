import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { type Answer, byKey, codeOf, expectStatus, type Founder, make, signUp } from "./support/console.ts";
import { eventually } from "./support/money.ts";
import { startPlatform, type TestPlatform } from "./support/platform.ts";
import { type ScriptedUpstream, startScriptedUpstream } from "./support/scripted-upstream.ts";

/** What an organisation's `retries` and `retry_deadline_ms` change of how often its provider is called. */

const ERROR = JSON.stringify({ error: { message: "no", type: "server_error", code: null } });
const JSON_BODY = { "content-type": "application/json" };

/** `broken-…` fails at once; `busy-…` asks to be left alone for a second. */
type Kind = "broken" | "busy";

let platform: TestPlatform;
let upstream: ScriptedUpstream;
let orgs = 0;

beforeAll(async () => {
  platform = await startPlatform({ args: ["--no-demo"] });
  upstream = await startScriptedUpstream(({ model }) =>
    model.startsWith("busy")
      ? { status: 429, headers: { ...JSON_BODY, "retry-after": "1" }, body: ERROR }
      : { status: 500, headers: JSON_BODY, body: ERROR },
  );
});
afterAll(async () => {
  await platform.dispose();
  await upstream.close();
});

interface Org {
  readonly founder: Founder;
  set(change: object): Promise<Answer>;
  /** Asks the org's model, which fails; with how often it was called for that. */
  ask(headers?: Readonly<Record<string, string>>): Promise<{ readonly answer: Answer; readonly calls: number }>;
}

async function newOrg(kind: Kind): Promise<Org> {
  const founder = await signUp(platform);
  orgs += 1;
  const id = `${kind}-${orgs}`;
  const price = { input_usd_per_million: "1", output_usd_per_million: "2" };
  await make(founder, "/v1/providers", {
    id: "up",
    kind: "openai-compatible",
    base_url: `${upstream.url}/v1`,
    models: [{ id, price, encoding: "sandbox", capabilities: ["chat"] }],
  });
  const key = z.string().parse((await make(founder, "/v1/keys", { name: "k", wallet_id: founder.wallet_id })).key);
  const calls = () => upstream.calls.filter(({ model }) => model === id).length;
  return {
    founder,
    set: (change) => founder.call("PATCH", `/v1/orgs/${founder.org_id}`, change),
    async ask(headers = {}) {
      const before = calls();
      const body = { model: `up/${id}`, messages: [{ role: "user", content: "Hello!" }], max_tokens: 9 };
      const answer = await byKey(platform, key).call("POST", "/v1/chat/completions", body, headers);
      return { answer, calls: calls() - before };
    },
  };
}

describe.concurrent("an organisation's retries", () => {
  it.each([
    { settings: { retries: 0 }, calls: 1 },
    { settings: { retries: 1 }, calls: 2 },
    { settings: { retries: 3 }, calls: 4 },
    { settings: { retries: 1 }, header: "9", calls: 2 },
    { settings: { retries: 3 }, header: "1", calls: 2 },
    { settings: { retry_deadline_ms: 0 }, calls: 1 },
    { settings: { retries: null, retry_deadline_ms: null }, calls: 3 },
  ])("$settings, x-ao-retries: $header: $calls calls", async ({ settings, header, calls }) => {
    const org = await newOrg("broken");
    expect(expectStatus(await org.set(settings), 200).body).toMatchObject(settings);
    const asked = await org.ask(header === undefined ? {} : { "x-ao-retries": header });
    expect([asked.answer.status, codeOf(asked.answer)]).toEqual([502, "upstream_error"]);
    expect(asked.calls).toBe(calls);
    // Whoever asks again is told whether that was done here.
    expect(asked.answer.headers.get("x-should-retry")).toBe(String(calls === 1));
  });

  it("do not wait for a provider's Retry-After behind their deadline", async () => {
    const org = await newOrg("busy");
    expectStatus(await org.set({ retry_deadline_ms: 900 }), 200);
    const asked = await org.ask();
    expect([asked.answer.status, codeOf(asked.answer)]).toEqual([429, "provider_rate_limited"]);
    expect(asked.answer.headers.get("retry-after")).toBe("1");
    expect(asked.calls).toBe(1);
  });

  it("wait for a Retry-After before it", async () => {
    const org = await newOrg("busy");
    expectStatus(await org.set({ retries: 1, retry_deadline_ms: 60_000 }), 200);
    expect((await org.ask()).calls).toBe(2);
  });

  it("are the usual ones again once they are null", async () => {
    const org = await newOrg("broken");
    expectStatus(await org.set({ retries: 0 }), 200);
    expect((await org.ask()).calls).toBe(1);
    expectStatus(await org.set({ retries: null }), 200);
    await eventually(
      () => org.ask(),
      ({ calls }) => calls === 3,
    );
  });

  it("are whole numbers within their bounds", async () => {
    const org = await newOrg("broken");
    for (const wrong of [{ retries: 11 }, { retries: -1 }, { retries: 1.5 }, { retry_deadline_ms: 600_001 }]) {
      const answer = await org.set(wrong);
      const { param } = z.object({ error: z.looseObject({ param: z.string() }) }).parse(answer.body).error;
      expect([answer.status, codeOf(answer), param]).toEqual([400, "invalid_request", Object.keys(wrong)[0]]);
    }
  });
});
