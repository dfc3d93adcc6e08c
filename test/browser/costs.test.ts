import { beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { eventually } from "../e2e/support/money.ts";
import { axeProblems } from "./support/axe.ts";
import { api, browserOfFile, heading, makeSandbox, type Person, URL, visit } from "./support/people.ts";
import { sidewaysScroll } from "./support/screenshots.ts";

const browser = browserOfFile();
let owner: Person;
let top: string;

/** What was spent in each way: by a wallet, of a model, for a feature. */
const SPENT = [
  ["top", "sandbox/echo", "chat"],
  ["top", "sandbox/lorem", "search, deep"],
  ["below", "sandbox/echo", null],
  ["deep", "sandbox/think", "chat"],
  ["beside", "sandbox/echo", "chat"],
] as const;

beforeAll(async () => {
  owner = await browser.owner();
  await makeSandbox(owner);
  const keys = new Map<string, string>();
  const wallet = async (name: string, parent_id: string | null): Promise<string> => {
    const { id } = await api(owner, "POST", "/v1/wallets", { name, limit_usd: "5", parent_id });
    const { key } = await api(owner, "POST", "/v1/keys", { name, wallet_id: id });
    keys.set(name, z.string().parse(key));
    return z.string().parse(id);
  };
  top = await wallet("top", null);
  await wallet("deep", await wallet("below", top));
  await wallet("beside", null);
  for (const [by, model, feature] of SPENT) {
    await eventually(
      () => ask(keys.get(by) ?? "", model, feature),
      (status) => status === 200,
    );
  }
  await eventually(
    () => sums({}),
    ({ requests }) => requests === SPENT.length,
  );
});

async function ask(key: string, model: string, feature: string | null): Promise<number> {
  const answer = await fetch(`${URL}/v1/chat/completions`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${key}`,
      "content-type": "application/json",
      ...(feature === null ? {} : { "x-ao-feature": feature }),
    },
    body: JSON.stringify({ model, max_tokens: 50, messages: [{ role: "user", content: "Hello!" }] }),
  });
  await answer.text();
  return answer.status;
}

const totals = z.object({ total: z.object({ requests: z.number(), cost_usd: z.string() }) });
const sums = async (filter: object) =>
  totals.parse(await api(owner, "POST", "/v1/analytics/cost", { filter, granularity: "total" })).total;

const values = (name: string): readonly string[] => new globalThis.URL(owner.page.url()).searchParams.getAll(name);

/** The figures at the top say what the API says of this filter. */
async function shows(filter: object): Promise<void> {
  const { requests, cost_usd } = await sums(filter);
  const figures = owner.page.locator("main");
  await figures
    .getByText(`$${cost_usd.replace(/0+$/, "")}`)
    .first()
    .waitFor();
  await figures.getByText(String(requests), { exact: true }).first().waitFor();
}

describe("the cost explorer", () => {
  it("takes several values of each filter, by the keyboard alone, and each is a chip that goes by itself", async () => {
    const { page } = owner;
    await visit(page, "/costs?by=model", "Cost explorer");
    await page.getByRole("button", { name: "Filter", exact: true }).press("Enter");
    const filters = page.getByRole("dialog", { name: "Filters" });
    const model = filters.getByRole("combobox", { name: "Model" });
    await model.press("a");
    await model.press("Backspace");
    await model.pressSequentially("sandbox/echo");
    await page.getByRole("option", { name: "sandbox/echo" }).waitFor();
    await model.press("Enter");
    await model.pressSequentially("sandbox/lorem");
    await page.getByRole("option", { name: "sandbox/lorem" }).waitFor();
    await model.press("Enter");
    const feature = filters.getByRole("combobox", { name: "Feature" });
    await feature.press("ArrowDown");
    const none = page.getByRole("option", { name: "No feature" });
    await expect.poll(() => none.getAttribute("aria-selected")).toBe("false");
    await feature.press("Enter");
    await feature.press("Escape");
    // What is typed and left is meant, commas and all.
    await feature.pressSequentially("search, deep");
    await feature.press("Tab");
    for (const theme of ["light", "dark"] as const) {
      expect((await axeProblems(page, theme)).join("\n")).toBe("");
    }
    await filters.getByRole("button", { name: "Apply" }).press("Enter");
    await shows({ model: ["sandbox/echo", "sandbox/lorem"], feature: [null, "search, deep"] });
    expect([values("model"), values("feature")]).toEqual([
      ["sandbox/echo", "sandbox/lorem"],
      ["~none", "search, deep"],
    ]);
    await expect.poll(() => page.getByRole("table", { name: "Costs by group" }).getByRole("row").count()).toBe(3);

    await page.getByRole("button", { name: "Remove the filter Feature: No feature" }).press("Enter");
    await page.getByRole("button", { name: "Remove the filter Model: sandbox/echo" }).press("Enter");
    await shows({ model: "sandbox/lorem", feature: "search, deep" });
    expect([values("model"), values("feature")]).toEqual([["sandbox/lorem"], ["search, deep"]]);
    await page.reload();
    await heading(page, "Cost explorer");
    await page.getByRole("button", { name: "Remove the filter Feature: search, deep" }).waitFor();
  });

  it("lets what was chosen be taken away where it was chosen", async () => {
    const { page } = owner;
    await visit(page, "/costs?model=sandbox%2Fecho&model=sandbox%2Florem", "Cost explorer");
    await page.getByRole("button", { name: "Filter", exact: true }).click();
    const filters = page.getByRole("dialog", { name: "Filters" });
    await filters.getByRole("combobox", { name: "Model" }).press("Backspace");
    await filters.getByRole("button", { name: "Remove sandbox/lorem" }).waitFor({ state: "detached" });
    await filters.getByRole("button", { name: "Apply" }).click();
    await shows({ model: "sandbox/echo" });
    expect(values("model")).toEqual(["sandbox/echo"]);
    await page.setViewportSize({ width: 375, height: 812 });
    expect(await sidewaysScroll(page)).toBe(0);
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it("adds up a wallet with all below it to what the wallet's page says, and leads on from there", async () => {
    const { page } = owner;
    await visit(page, `/wallets/${top}`, "top");
    const said = await page.getByText(/ in the last 30 days$/).innerText();
    await page.getByRole("link", { name: "Explore", exact: true }).click();
    await heading(page, "Cost explorer");
    expect([values("below"), values("by")]).toEqual([[top], ["wallet"]]);
    await page.getByRole("button", { name: "Remove the filter Wallet and below: top" }).waitFor();
    await shows({ below: top });
    const { cost_usd, requests } = await sums({ below: top });
    expect(requests).toBe(4);
    // Small amounts are cut there to their first two digits.
    expect(`$${cost_usd}`).toContain(said.split(" ")[0]);
    const table = page.getByRole("table", { name: "Costs by group" });
    for (const name of ["top", "below", "deep"]) await table.getByRole("link", { name, exact: true }).waitFor();
    await expect.poll(() => table.getByRole("link", { name: "beside" }).count()).toBe(0);
    await table.getByRole("link", { name: "deep", exact: true }).click();
    await page.getByRole("button", { name: "Remove the filter Wallet: deep" }).waitFor();
    expect(values("below")).toEqual([top]);
  });

  it("tells latencies of the requests that fit the filters of the costs, and keeps them in its address", async () => {
    const { page } = owner;
    await visit(page, `/costs?below=${top}&feature=chat`, "Cost explorer");
    await shows({ below: top, feature: "chat" });
    await page.getByRole("tab", { name: "Latency" }).click();
    const table = page.getByRole("table", { name: "Latency by provider and model" });
    const models = () => table.getByRole("row").filter({ hasText: "sandbox/" }).allInnerTexts();
    const shown = async () => (await models()).map((row) => /sandbox\/\w+/.exec(row)?.[0]).sort();
    await expect.poll(shown).toEqual(["sandbox/echo", "sandbox/think"]);
    await page.getByText("of the requests that fit all filters").waitFor();
    expect([values("tab"), values("below"), values("feature")]).toEqual([["latency"], [top], ["chat"]]);
    await page.reload();
    await expect.poll(shown).toEqual(["sandbox/echo", "sandbox/think"]);
    for (const theme of ["light", "dark"] as const) {
      expect((await axeProblems(page, theme)).join("\n")).toBe("");
    }
    await page.getByRole("button", { name: "Remove the filter Feature: chat" }).click();
    await expect.poll(shown).toEqual(["sandbox/echo", "sandbox/lorem", "sandbox/think"]);
    await visit(page, "/costs?tab=latency&user=nobody", "Cost explorer");
    await page.getByText("No request fits these filters").waitFor();
    await page.getByRole("button", { name: "Take the filters away" }).click();
    await expect.poll(shown).toEqual(["sandbox/echo", "sandbox/lorem", "sandbox/think"]);
    expect([values("tab"), values("user")]).toEqual([["latency"], []]);
  });
});
