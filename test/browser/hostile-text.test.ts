import type { Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../e2e/support/money.ts";
import { HOSTILE, made } from "./support/hostile.ts";
import { api, browserOfFile, firstWallet, makeSandbox, type Person, URL } from "./support/people.ts";

const browser = browserOfFile();
let owner: Person;
beforeAll(async () => {
  owner = await browser.owner();
  await fill(owner);
}, 120_000);

/** Everything that people and apps can name is called like that. */
async function fill(person: Person): Promise<void> {
  await makeSandbox(person);
  const wallet_id = await firstWallet(person);
  await api(person, "PATCH", "/v1/providers/sandbox", { name: HOSTILE[0] });
  const recipients = ["finops"];
  for (const name of HOSTILE.slice(0, 3)) {
    const { id: team_id } = await api(person, "POST", "/v1/teams", { name });
    await api(person, "POST", "/v1/wallets", { name, team_id, limit_usd: "10", tags: { env: name } });
    await api(person, "POST", "/v1/digests", { name, team_id, hour: 8, time_zone: "UTC", recipients });
    await api(person, "POST", "/v1/alert-policies", { name, team_id, ladder: [{ percent: 80, recipients }] });
    const credential = { secret: "a-long-random-text" };
    await api(person, "POST", "/v1/channels", {
      kind: "webhook",
      name,
      url: "https://hooks.example.com/ao",
      credential,
    });
  }
  for (const name of HOSTILE) {
    const { key } = await api(person, "POST", "/v1/keys", { name, wallet_id });
    for (const model of ["sandbox/echo", `sandbox/${name}`, name]) await ask(String(key), model, name);
  }
  await eventually(
    async () => (await api(person, "GET", "/v1/requests?limit=100")).data,
    (data) => Array.isArray(data) && data.length >= HOSTILE.length,
  );
}

async function ask(key: string, model: string, text: string): Promise<void> {
  const answer = await fetch(`${URL}/v1/chat/completions`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${key}`,
      "content-type": "application/json",
      "x-ao-feature": text,
      "x-ao-subject": text,
      "x-ao-tags": `env=${text.replaceAll(",", "")}`,
    },
    body: JSON.stringify({ model, messages: [{ role: "user", content: text }], user: text }),
  });
  await answer.text();
}

async function open(page: Page, path: string): Promise<void> {
  await page.goto(`${URL}${path}`);
  await page.locator("main:not(:has([aria-busy=true])) h1").first().waitFor();
  // What is drawn behind the heading: tables, charts and cards.
  await page.waitForFunction(() => document.querySelector(".animate-shimmer") === null);
}

const hrefs = (page: Page, selector: string): Promise<readonly string[]> =>
  page.locator(selector).evaluateAll((links) => links.map((link) => link.getAttribute("href") ?? ""));

describe("hostile text", () => {
  it("is text on every page that the navigation leads to, on the pages behind their lists, and in their forms", async () => {
    const { page } = owner;
    await open(page, "/");
    const places = (await hrefs(page, 'nav[aria-label="Main"] a')).filter((href) => !href.startsWith("/docs"));
    expect(places.length).toBeGreaterThan(15);
    const shown: string[] = [];
    const behind = new Set<string>();
    const look = async (path: string): Promise<void> => {
      await open(page, path);
      expect(await made(page), path).toEqual([]);
      const text = await page.locator("main").textContent();
      if (HOSTILE.some((hostile) => text?.includes(hostile) === true)) shown.push(path);
    };
    for (const place of places) {
      await look(place);
      const [first] = await hrefs(page, "main tbody a, main li a");
      if (first?.startsWith("/") === true && first !== "/docs") behind.add(first);
    }
    for (const path of behind) {
      await look(path);
      const [edit] = await hrefs(page, 'main a[href$="/edit"]');
      if (edit !== undefined) await look(edit);
    }
    for (const place of [
      "/teams",
      "/wallets",
      "/keys",
      "/channels",
      "/digests",
      "/alert-policies",
      "/audit",
      "/requests",
    ]) {
      expect(shown).toContain(place);
    }
  }, 300_000);
});
