import { createServer } from "node:http";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { byKey, codeOf, type Founder, make, rowsOf, signUp } from "../support/console.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";

let platform: TestPlatform;
let founder: Founder;
let app: string;

beforeAll(async () => {
  platform = await startPlatform({ args: ["--no-demo"] });
  founder = await signUp(platform);
  await make(founder, "/v1/providers", { id: "sandbox", kind: "sandbox" });
  app = z.string().parse((await make(founder, "/v1/keys", { name: "app", wallet_id: founder.wallet_id })).key);
});
afterAll(() => platform.dispose());

const chat = (model: string) =>
  byKey(platform, app).call("POST", "/v1/chat/completions", { model, messages: [{ role: "user", content: "Hello!" }] });
const health = async () => (await founder.call("GET", "/v1/providers/sandbox/health")).body;

describe("a provider", () => {
  it("is watched from the first look on, and by the requests that go to it", async () => {
    await vi.waitFor(async () => expect(await health()).toMatchObject({ state: "healthy" }), 10_000);
    expect((await chat("sandbox/echo")).status).toBe(200);
    await vi.waitFor(async () => expect(await health()).toMatchObject({ live_5m: { ok: 1 } }), 10_000);
  });

  it("has its list of models taken over, with a count of those without a price", async () => {
    const synced = await founder.call("POST", "/v1/providers/sandbox/sync");
    expect(synced.body).toMatchObject({ ok: true, unpriced: expect.any(Number) });
    const listed = rowsOf(await founder.call("GET", "/v1/providers/sandbox/models?limit=2"));
    expect(listed).toHaveLength(2);
  });

  it("may list a model without a price, which is shown and never served", async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.setHeader("content-type", "application/json").end(JSON.stringify({ data: [{ id: "dear" }] }));
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port } = z.object({ port: z.int() }).parse(server.address());
    await make(founder, "/v1/providers", { id: "own", kind: "vllm", base_url: `http://127.0.0.1:${port}/v1` });
    const synced = await founder.call("POST", "/v1/providers/own/sync");
    expect(synced.body).toMatchObject({ ok: true, listed: 1, unpriced: 1 });
    const refused = await chat("own/dear");
    expect([refused.status, codeOf(refused)]).toEqual([503, "model_unpriced"]);
    const shown = rowsOf(await byKey(platform, app).call("GET", "/v1/models"));
    expect(shown).toContainEqual(expect.objectContaining({ id: "own/dear", price: null }));
    expect(asked.filter((path) => !path.endsWith("/models"))).toEqual([]);
    server.closeAllConnections();
    server.close();
  });

  it("is not there for who may not see it, nor when it does not exist", async () => {
    expect(codeOf(await byKey(platform, app).call("GET", "/v1/providers/sandbox/health"))).toBe("forbidden");
    expect(codeOf(await founder.call("GET", "/v1/providers/none/health"))).toBe("not_found");
    expect(codeOf(await founder.call("POST", "/v1/providers/none/sync"))).toBe("not_found");
  });
});
