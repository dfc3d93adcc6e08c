import { beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { eventually } from "../e2e/support/money.ts";
import { axeProblems } from "./support/axe.ts";
import { HOSTILE, made } from "./support/hostile.ts";
import {
  api,
  browserOfFile,
  firstWallet,
  heading,
  makeKey,
  makeSandbox,
  type Person,
  URL,
  visit,
} from "./support/people.ts";

/** What a request's page says beyond its row: the texts that were stored, and what the cache did. */

const browser = browserOfFile();
let owner: Person;
let key: string;
/** Of before anything was stored. */
let unstored: string;
beforeAll(async () => {
  owner = await browser.owner();
  await makeSandbox(owner);
  key = (await makeKey(owner, "Backend")).key;
  unstored = await eventually(
    async () => (await ask("Before")).id,
    (id) => id !== "",
  );
  await logged(unstored);
});

const TOOLS = [{ type: "function", function: { name: "get_weather", parameters: { type: "object", properties: {} } } }];

/** A chat whose end is this; its id is "" while the gateway does not know the model yet. */
async function ask(content: string, more: object = {}) {
  const answer = await fetch(`${URL}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "sandbox/echo", messages: [{ role: "user", content }], ...more }),
  });
  await answer.text();
  const id = answer.status === 200 ? (answer.headers.get("x-ao-request-id") ?? "") : "";
  return { id, cache: answer.headers.get("x-ao-cache") };
}

const known = z.object({ texts: z.string() });

/** A request as the log has it, once it is there. */
const logged = (id: string) =>
  eventually(
    () => api(owner, "GET", `/v1/requests/${id}`).catch(() => null),
    (request) => request !== null,
  );

/** Asks until texts are stored, which begins some seconds behind the switch; the id of the first request that has some. */
async function stored(content: string, more: object = {}): Promise<string> {
  const asked: string[] = [];
  return await eventually(
    async () => {
      if (asked.length < 30) asked.push((await ask(content, more)).id);
      for (const id of asked) {
        const request = await api(owner, "GET", `/v1/requests/${id}`).catch(() => null);
        if (request !== null && known.parse(request).texts === "stored") return id;
      }
      return "";
    },
    (id) => id !== "",
    30_000,
  );
}

const readings = async (id: string): Promise<number> => {
  const { data } = await api(owner, "GET", `/v1/audit?action=request.texts_read&target_id=${id}`);
  return z.array(z.unknown()).parse(data).length;
};

const card = ({ page }: Person) => page.locator("section").filter({ hasText: "Prompt and answer" }).first();

describe("the texts of a request", () => {
  let id: string;
  beforeAll(async () => {
    const [org] = z.array(z.object({ id: z.string() })).parse((await api(owner, "GET", "/v1/orgs")).data);
    await visit(owner.page, `/requests/${unstored}`, "Request");
    await card(owner).getByText("The organisation does not store what is asked and answered.").waitFor();
    await api(owner, "PATCH", `/v1/orgs/${org?.id}`, { store_texts: true });
    const call = { id: "call_1", type: "function", function: { name: "get_weather", arguments: '{"city":"Bonn"}' } };
    const messages = [
      { role: "system", content: "Be brief. ".repeat(400) },
      { role: "assistant", content: null, tool_calls: [call] },
      { role: "tool", tool_call_id: "call_1", content: HOSTILE.join("\n") },
      { role: "user", content: HOSTILE.join("\n") },
    ];
    id = await stored("", { messages, tools: TOOLS });
  }, 60_000);

  it("are loaded on asking alone, which is in the audit log, and are text whatever stands in them", async () => {
    const { page } = owner;
    await visit(page, `/requests/${id}`, "Request");
    await card(owner).getByText("They are not loaded before you ask for them.").waitFor();
    expect(await readings(id)).toBe(0);
    await page.getByRole("button", { name: "Show texts" }).click();
    const asked = page.getByRole("list", { name: "What was asked" }).getByRole("listitem");
    await asked.first().waitFor();
    await expect.poll(() => asked.count()).toBe(4);
    for (const hostile of HOSTILE) {
      await expect.poll(() => asked.nth(3).innerText()).toContain(hostile);
      // Sandbox's echo says the same.
      await expect.poll(() => page.getByRole("list", { name: "What was answered" }).innerText()).toContain(hostile);
    }
    expect(await made(page)).toEqual([]);
    await expect
      .poll(() => asked.nth(1).innerText())
      .toMatch(/Assistant\s+Calls get_weather\s*call_1\s+\{\s+"city": "Bonn"\s+\}/);
    await expect.poll(() => asked.nth(2).innerText()).toMatch(/^Tool\s+get_weather/);
    expect([await axeProblems(page, "light"), await axeProblems(page, "dark")]).toEqual([[], []]);
    expect(await readings(id)).toBe(1);
  });

  it("are folded where they are long, laid out as JSON on asking, and gone from the page when they are hidden", async () => {
    const { page } = owner;
    await visit(page, `/requests/${id}`, "Request");
    await page.getByRole("button", { name: "Show texts" }).click();
    const first = page.getByRole("list", { name: "What was asked" }).getByRole("listitem").first();
    const whole = "Be brief. ".repeat(400).trim();
    expect((await first.innerText()).includes(whole)).toBe(false);
    await first.getByRole("button", { name: "Show all 4,000 characters" }).click();
    expect((await first.innerText()).includes(whole)).toBe(true);
    await first.getByRole("button", { name: "Show less" }).waitFor();
    await page.getByRole("radio", { name: "JSON" }).check({ force: true });
    await card(owner).getByText('"chat"').waitFor();
    expect(await made(page)).toEqual([]);
    await page.getByRole("button", { name: "Hide" }).click();
    await card(owner).getByText("They are not loaded before you ask for them.").waitFor();
    await expect.poll(() => page.getByText("Be brief.").count()).toBe(0);
  });

  it("are shown to nobody who may not read them, and that is said", async () => {
    const made_key = await api(owner, "POST", "/v1/keys", {
      name: "Viewer",
      wallet_id: await firstWallet(owner),
      scopes: ["viewer"],
    });
    const viewer = await browser.person();
    await viewer.context.addInitScript((text) => sessionStorage.setItem("ao-api-key", text), String(made_key.key));
    await visit(viewer.page, `/requests/${id}`, "Request");
    await card(viewer).getByText("Your role may not read them").waitFor();
    for (const name of ["Show texts", "Erase"])
      await expect.poll(() => card(viewer).getByRole("button", { name }).count()).toBe(0);
  });

  it("say that the time to keep them is over, also where that comes while the page is open", async () => {
    const { page } = owner;
    await visit(page, `/requests/${id}`, "Request");
    await page.route(`**/v1/requests/${id}`, async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, json: { ...(await answer.json()), texts: "expired" } });
    });
    const error = { message: "The time is over.", code: "texts_expired", type: "not_found" };
    await page.route(`**/v1/requests/${id}/texts`, (route) => route.fulfill({ status: 404, json: { error } }));
    await page.getByRole("button", { name: "Show texts" }).click();
    await card(owner).getByText("the time that the organisation keeps them for is over").waitFor();
    await expect.poll(() => page.getByRole("button", { name: "Show texts" }).count()).toBe(0);
    await page.unrouteAll();
  });

  it("are erased after a question, and the page says so", async () => {
    const { page } = owner;
    await visit(page, `/requests/${id}`, "Request");
    await page.getByRole("button", { name: "Erase" }).click();
    const dialog = page.getByRole("dialog", { name: `Erase the texts of ${id}?` });
    await dialog.getByRole("button", { name: "Erase", exact: true }).click();
    await card(owner).getByText("somebody erased them").waitFor();
    expect(await logged(id)).toMatchObject({ texts: "erased" });
    await card(owner).getByRole("link", { name: "What the audit log says of it" }).click();
    await heading(page, "Audit log");
    await page.getByRole("row").filter({ hasText: id }).first().waitFor();
  });

  it("are not there where the organisation did not store them then", async () => {
    await visit(owner.page, `/requests/${unstored}`, "Request");
    await card(owner).getByText("No texts of this request are stored.").waitFor();
  });
});

describe("what the cache did", () => {
  it("stands on the page of a hit with a link to who made the answer, and hits are seen in the log", async () => {
    const { page } = owner;
    await api(owner, "PUT", "/v1/cache/settings", { scope: "org", mode: "exact" });
    const missed: string[] = [];
    const hit = await eventually(
      async () => {
        const { id, cache } = await ask("Asked twice");
        if (cache === "miss") missed.push(id);
        return cache === "hit-exact" ? id : "";
      },
      (id) => id !== "",
      30_000,
    );
    await logged(hit);
    await visit(page, "/requests?cache=hit", "Requests");
    const rows = page.getByRole("table", { name: "Requests" }).getByRole("row");
    await rows.filter({ hasText: "cache" }).getByRole("link").first().click();
    await heading(page, "Request");
    const cache = page.locator("section").filter({ has: page.getByRole("heading", { name: /^Cache/ }) });
    await cache.getByText("Hit: the same request").waitFor();
    const { saved_usd } = z.object({ saved_usd: z.string() }).parse(await api(owner, "GET", `/v1/requests/${hit}`));
    await expect.poll(() => cache.locator("dl [title]").first().getAttribute("title")).toBe(`${saved_usd} USD`);
    await page.getByText("Answer from the cache").waitFor();
    const source = cache.getByRole("link", { name: /^req_/ });
    const made_by = await source.innerText();
    expect(missed).toContain(made_by);
    expect([await axeProblems(page, "light"), await axeProblems(page, "dark")]).toEqual([[], []]);
    await source.click();
    await page.waitForURL(`${URL}/requests/${made_by}`);
    await cache.getByText("Miss", { exact: true }).waitFor();
  });
});
