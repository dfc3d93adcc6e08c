import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { byKey, expectStatus, type Founder, make, rowsOf, signUp } from "./support/console.ts";
import { eventually } from "./support/money.ts";
import { startPlatform, type TestPlatform } from "./support/platform.ts";
import { type ScriptedAnswer, type ScriptedUpstream, startScriptedUpstream } from "./support/scripted-upstream.ts";

const COMPLETION = JSON.stringify({
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1,
  model: "m",
  choices: [{ index: 0, message: { role: "assistant", content: "ok" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 10, completion_tokens: 1, total_tokens: 11 },
});
const CANARY = "sk-canary-credentials";
const refusal = (status: number, headers: Readonly<Record<string, string>> = {}): ScriptedAnswer => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify({ error: { message: "no", type: "x", code: null } }),
});

let platform: TestPlatform;
let founder: Founder;
let upstream: ScriptedUpstream;
let app: string;
/** What each secret is answered with; a completion where nothing is said. */
const answers = new Map<string, ScriptedAnswer>();

beforeAll(async () => {
  platform = await startPlatform({ args: ["--no-demo"] });
  founder = await signUp(platform);
  upstream = await startScriptedUpstream(({ authorization }) => {
    return answers.get(authorization?.replace(/^Bearer sk-canary-credentials-/, "") ?? "") ?? { body: COMPLETION };
  });
  app = z.string().parse((await make(founder, "/v1/keys", { name: "app", wallet_id: founder.wallet_id })).key);
});
afterAll(async () => {
  await platform.dispose();
  await upstream.close();
});

const secret = (name: string) => ({ api_key: `${CANARY}-${name}` });

/** A provider of its own whose secrets are its id with the names of its credentials. */
async function provider(id: string, names: readonly string[]): Promise<void> {
  await make(founder, "/v1/providers", {
    id,
    kind: "openai-compatible",
    base_url: `${upstream.url}/v1`,
    credential: secret(`${id}-main`),
    credentials: names.map((name) => ({ name, credential: secret(`${id}-${name}`) })),
    models: [{ id: "m", price: { input_usd_per_million: "1", output_usd_per_million: "2" } }],
  });
}

/** Asks once; with the secrets that were used, and what the log says. */
async function ask(id: string) {
  const before = upstream.calls.length;
  const answer = await byKey(platform, app).call(
    "POST",
    "/v1/chat/completions",
    { model: `${id}/m`, messages: [{ role: "user", content: "Hello!" }], max_tokens: 20 },
    { "x-ao-retries": "0" },
  );
  const used = upstream.calls.slice(before).map(({ authorization }) => authorization?.split(`${id}-`)[1]);
  const request_id = answer.headers.get("x-ao-request-id");
  const row = await eventually(
    async () => rowsOf(await founder.call("GET", "/v1/requests?limit=100")).find((one) => one.id === request_id),
    (found) => found !== undefined,
  );
  return {
    answer,
    used,
    row: z.looseObject({ attempts: z.int(), cost_usd: z.string(), routing: z.unknown() }).parse(row),
  };
}

describe("a provider with several credentials", () => {
  it("is asked with each in turn, and the log says with which", async () => {
    await provider("turns", ["b"]);
    const asked = [await ask("turns"), await ask("turns"), await ask("turns")];
    expect(asked.map(({ used }) => used)).toEqual([["main"], ["b"], ["main"]]);
    expect(asked.map(({ row }) => row.routing)).toMatchObject([
      { credential: "main" },
      { credential: "b" },
      { credential: "main" },
    ]);
  });

  it.each([
    ["auth401", 401, "auth"],
    ["auth403", 403, "auth"],
    ["limited", 429, "rate_limited"],
  ])(
    "goes on with the next at once where one is answered with %s, charges once, and lets it rest",
    async (id, status, failed) => {
      await provider(id, ["b"]);
      answers.set(`${id}-main`, refusal(status, { "retry-after": "600" }));
      const { answer, used, row } = await ask(id);
      expect(answer.status).toBe(200);
      expect(used).toEqual(["main", "b"]);
      expect(answer.headers.get("x-ao-route")).toBe("how=asked; attempts=2");
      expect(row).toMatchObject({
        attempts: 2,
        cost_usd: "0.000012000",
        routing: { credential: "b", tried: [{ model: `${id}/m`, credential: "main", failed, status }] },
      });
      expect((await ask(id)).used).toEqual(["b"]);
      await eventually(
        async () => platform.lines.filter((line) => line.includes("credential_set_aside") && line.includes(`"${id}"`)),
        (lines) => lines.length === 1,
      );
    },
  );

  it("fails as the last failed, where all of them do", async () => {
    await provider("spent", ["b"]);
    answers.set("spent-main", refusal(401));
    answers.set("spent-b", refusal(429, { "retry-after": "77" }));
    const { answer, used, row } = await ask("spent");
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "77"]);
    expect(used).toEqual(["main", "b"]);
    expect(row).toMatchObject({ attempts: 2, cost_usd: "0.000000000" });
  });

  it("does not try others where the model failed, or the caller is at fault", async () => {
    await provider("model", ["b"]);
    for (const status of [400, 500]) {
      answers.set("model-main", refusal(status));
      answers.set("model-b", refusal(status));
      expect((await ask("model")).used).toHaveLength(1);
    }
  });

  it("takes, replaces, keeps and removes them by name, and survives a new data key", async () => {
    await provider("change", ["b", "c"]);
    const shown = await founder.call("GET", "/v1/providers/change");
    expect(shown.body).toMatchObject({ credentials: [{ name: "b" }, { name: "c" }] });
    const change = { credentials: [{ name: "c" }, { name: "b", credential: secret("change-b2") }] };
    expectStatus(await founder.call("PATCH", "/v1/providers/change", change), 200);
    expectStatus(await founder.call("POST", `/v1/orgs/${founder.org_id}/rotate-data-key`), 200);
    const used = await eventually(
      async () =>
        [await ask("change"), await ask("change"), await ask("change")].flatMap((asked) => asked.used).toSorted(),
      (seen) => seen.includes("b2"),
    );
    expect(used).toEqual(["b2", "c", "main"]);
    expectStatus(await founder.call("PATCH", "/v1/providers/change", { credentials: null }), 200);
    await eventually(
      async () => [await ask("change"), await ask("change")].flatMap((asked) => asked.used),
      (seen) => seen.every((name) => name === "main"),
    );
    const entries = JSON.stringify((await founder.call("GET", "/v1/audit?limit=100")).body);
    expect(entries).toContain('"credentials_set":["b"]');
    const kept = JSON.stringify(await platform.query("SELECT * FROM providers"));
    for (const place of [shown.text, entries, kept, platform.lines.join("\n")]) expect(place).not.toContain(CANARY);
  });

  it("refuses names and credentials that cannot be, with their place", async () => {
    const wrong: [object, string][] = [
      [[{ name: "main", credential: secret("x") }], "credentials[0].name"],
      [[{ name: "A B", credential: secret("x") }], "credentials[0].name"],
      [[{ name: "b" }], "credentials[0].credential"],
      [[{ name: "b", credential: { key: "x" } }], "credentials[0].credential"],
      [[{ name: "b", credential: { api_key: "a b" } }], "credentials[0].credential.api_key"],
      [[1, 2].map(() => ({ name: "b", credential: secret("x") })), "credentials[1].name"],
    ];
    for (const [credentials, param] of wrong) {
      const answer = await founder.call("POST", "/v1/providers", {
        id: "x",
        kind: "openai",
        credential: secret("x"),
        credentials,
      });
      expect([answer.status, answer.body], JSON.stringify(credentials)).toMatchObject([400, { error: { param } }]);
    }
  });
});
