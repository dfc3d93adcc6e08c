import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { command } from "./support/command.ts";
import { startPlatform, type TestPlatform } from "./support/platform.ts";

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startPlatform({ first: true });
});

afterAll(() => platform.dispose());

async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { authorization: `Bearer ${platform.appKey}`, "content-type": "application/json" };
  return fetch(`${platform.url}${path}`, { headers, ...init });
}

const chat = (): Promise<Response> =>
  ask("/v1/chat/completions", {
    method: "POST",
    body: JSON.stringify({ model: "sandbox/echo", messages: [{ role: "user", content: "Hello!" }] }),
  });

/** One of the project's commands on the platform's data folder. */
const onPlatform = (name: string, args: readonly string[], input = "") =>
  command(name, args, { input, env: { AO_DATA: platform.dataDir } });

const provider = (args: readonly string[], input?: string) => onPlatform("provider", args, input);

describe("npm start", () => {
  it("has the demo's keys work at once, on a provider that needs no key", async () => {
    const answer = await chat();
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ choices: [{ message: { content: "Hello!" } }] });
    expect(platform.adminKey).toMatch(/^ao_[\w-]{43}$/);
  });

  it("is ready: database, wallets and queue answer", async () => {
    const answer = await ask("/ready");
    expect(await answer.json()).toMatchObject({ status: "ready" });
  });

  it("shows pages that load nothing from elsewhere at every address but those of files and of the API", async () => {
    const page = await fetch(`${platform.url}/`);
    const html = await page.text();
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(page.headers.get("x-content-type-options")).toBe("nosniff");
    expect(html).toContain('href="/docs"');
    expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    const [script = ""] = /\/app\/[\w-]+\.js/.exec(html) ?? [];
    const built = await fetch(`${platform.url}${script}`);
    expect(built.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(built.headers.get("content-type")).toContain("javascript");
    expect(built.headers.get("cache-control")).toContain("immutable");
    const deep = await fetch(`${platform.url}/wallets/wal_1.x?sort=name`, { headers: { accept: "text/html" } });
    expect([deep.status, await deep.text()]).toEqual([200, html]);
    for (const path of ["/app/gone.js", "/robots.txt", "/v1/nothing"]) {
      expect((await fetch(`${platform.url}${path}`)).status, path).toBe(404);
    }
    const misled = await fetch(`${platform.url}/models`, { headers: { accept: "application/json" } });
    expect([misled.status, await misled.json()]).toMatchObject([404, { error: { code: "not_found" } }]);
    expect((await fetch(`${platform.url}/`, { method: "DELETE" })).status).toBe(405);
  });

  it("refuses a second instance on the same data folder, in one sentence", async () => {
    const { status, errors } = await onPlatform("start", ["--port", "0"]);
    expect(status).toBe(1);
    expect(errors).toMatch(/^Another instance \(process \d+\) is running on .* AO_DATA=<folder>\.\n$/);
  });

  it("writes no secret of the installation to the terminal", async () => {
    const secrets = Object.values(JSON.parse(await readFile(join(platform.dataDir, "secrets.json"), "utf8")));
    expect(secrets).toHaveLength(3);
    for (const secret of secrets) expect(platform.lines.join("\n")).not.toContain(secret);
  });
});

describe("npm run provider", () => {
  const KEY = "sk-canary-0123456789";

  it("adds, lists, disables and removes while the platform runs and while it does not, never showing the key", async () => {
    const added = await provider(["add", "openai", "--key", "-", "--base-url", "http://127.0.0.1:9/v1/"], `${KEY}\n`);
    expect(added).toMatchObject({ status: 0, errors: "" });
    await platform.stop();
    expect(await provider(["disable", "openai"])).toMatchObject({ status: 0 });
    const listed = await provider(["list", "--json"]);
    await platform.restart();
    expect(JSON.parse(listed.output)).toEqual([
      expect.objectContaining({ id: "openai", base_url: "http://127.0.0.1:9/v1", enabled: false, has_key: true }),
      expect.objectContaining({ id: "sandbox", enabled: true, has_key: false }),
    ]);
    const rows = await platform.query("SELECT credential FROM providers WHERE id = ?", "openai");
    expect(rows[0]?.credential).toMatch(/^v1\./);
    expect((await provider(["remove", "openai"])).status).toBe(0);
    expect((await provider(["remove", "openai"])).errors).toMatch(/^There is no provider openai\./);
    for (const { output, errors } of [added, listed]) expect(output + errors).not.toContain(KEY);
  });
});

describe("ending it", () => {
  it("by a signal puts everything away: status 0, and the same keys and data at the next start", async () => {
    const before = { appKey: platform.appKey, orgs: await platform.query("SELECT id FROM orgs") };
    expect(await platform.stop()).toBe(0);
    await platform.restart();
    expect({ appKey: platform.appKey, orgs: await platform.query("SELECT id FROM orgs") }).toEqual(before);
  });

  it("by kill -9 leaves nothing at its address, and what was charged stays charged", async () => {
    const charged = await chat();
    const left = charged.headers.get("x-ao-wallet-available-usd");
    await charged.body?.cancel();
    // Resolves when nothing answers any more, though only the process that started the runtime was killed.
    await platform.kill9();
    await platform.restart();
    const balance = await ask("/v1/wallet/balance");
    expect(balance.status).toBe(200);
    expect(JSON.stringify(await balance.json())).toContain(left);
  });
});
