import { expect, it } from "vitest";
import * as z from "zod";
import { eventually } from "../../e2e/support/money.ts";
import { api, browserOfFile, chat, heading, joined, makeSandbox, URL } from "../support/people.ts";
import { expectInFirstScreen, JOURNEY_MS, make } from "./support.ts";

const browser = browserOfFile();

/** A call costs so much, however long it is. */
const PRICES = { echo: "0.25", lorem: "1" } as const;

const overview = z.object({
  spend: z.object({ today: z.object({ cost_usd: z.string() }) }),
  alerts: z.object({ by_kind: z.record(z.string(), z.number()) }),
});

it("who watches costs sees what was spent, on what, who runs out and what is odd, and follows it to a request", {
  timeout: JOURNEY_MS,
}, async () => {
  const owner = await browser.owner();
  await makeSandbox(owner);
  for (const [model, call_usd] of Object.entries(PRICES)) {
    const rates = { input_usd_per_million: "0", output_usd_per_million: "0", call_usd };
    await make(owner, "/v1/prices", { provider_id: "sandbox", model, rates });
  }
  const keyOf = async (name: string, limit_usd: string, more: object = {}) => {
    const team_id = await make(owner, "/v1/teams", { name });
    const wallet_id = await make(owner, "/v1/wallets", { name: `${name} budget`, limit_usd, team_id });
    return String((await api(owner, "POST", "/v1/keys", { name, wallet_id, ...more })).key);
  };
  const [search, support] = [await keyOf("Search", "2"), await keyOf("Support", "10")];
  const crawler = await keyOf("Crawler", "1", { models: [] });
  const priced = await eventually(
    () => chat(search, { model: "sandbox/echo" }, { "x-ao-dry-run": "true" }),
    ({ text }) => text.includes('"0.250000000"'),
  );
  expect(priced.status).toBe(200);
  for (let call = 0; call < 7; call += 1) expect((await chat(search)).status).toBe(200);
  for (let call = 0; call < 2; call += 1) expect((await chat(support, { model: "sandbox/lorem" })).status).toBe(200);
  await Promise.all(Array.from({ length: 50 }, () => chat(crawler)));
  await eventually(
    async () => overview.parse(await api(owner, "GET", "/v1/overview")),
    ({ spend, alerts: { by_kind } }) =>
      spend.today.cost_usd === "3.750000000" && by_kind.threshold === 1 && by_kind.security === 1,
  );

  // A viewer may look at all of it, and change nothing.
  const { page } = await joined(browser, owner, "viewer");
  await page.goto(URL);
  await heading(page, "Overview");
  const main = page.getByRole("main");
  for (const period of ["Spend today", "Spend this month"]) {
    const tile = main
      .locator("div")
      .filter({ has: page.getByRole("link", { name: period, exact: true }) })
      .last();
    await expectInFirstScreen(page, tile);
    await expect.poll(() => tile.locator("xpath=..").innerText()).toContain("$3.75");
  }
  const spent = main.locator("section").filter({ has: page.getByRole("heading", { name: "Spend by day" }) });
  await expectInFirstScreen(page, spent.getByRole("listitem").last());
  await expect.poll(() => spent.getByRole("listitem").allInnerTexts()).toEqual(["Support\n$2.00", "Search\n$1.75"]);
  const wallets = main
    .locator("section")
    .filter({ has: page.getByRole("heading", { name: "Who is about to run out" }) });
  const [fullest] = await wallets.getByRole("listitem").all();
  if (fullest === undefined) throw new Error("no wallet is shown");
  await expectInFirstScreen(page, fullest);
  await expect.poll(() => fullest.innerText()).toMatch(/^Search budget\nLow\n\$0\.25 left\n\$1\.75 of \$2\.00/);
  const odd = main.locator("section").filter({ has: page.getByRole("heading", { name: "What needs a look" }) });
  await expect
    .poll(() => odd.getByRole("link").allInnerTexts())
    .toEqual([
      "All alerts",
      "50 requests of the key Crawler were refused",
      "Search budget has spent 80 % of its limit",
    ]);
  await expectInFirstScreen(page, odd.getByRole("listitem").first());

  await main.getByRole("link", { name: "Spend this month", exact: true }).click();
  await heading(page, "Cost explorer");
  const table = page.getByRole("table", { name: "Costs by group" });
  const rows = table.getByRole("row");
  await rows.nth(2).waitFor();
  expect((await rows.nth(1).innerText()).split(/\s+/).slice(0, 2)).toEqual(["Support", "$2.00"]);
  expect((await rows.nth(2).innerText()).split(/\s+/).slice(0, 2)).toEqual(["Search", "$1.75"]);
  await rows.nth(2).getByRole("link", { name: "7", exact: true }).click();
  await heading(page, "Requests");
  const requests = page.getByRole("table", { name: "Requests" }).getByRole("row");
  await requests.nth(7).waitFor();
  await expect.poll(() => requests.count()).toBe(8);
  await requests.nth(1).getByRole("link").first().click();
  await heading(page, "Request");
  const charged = page.getByRole("table", { name: "Components of the price" }).getByRole("row", { name: /^Charged/ });
  await expect.poll(() => charged.innerText()).toContain("$0.25");
});
