import { expect, it } from "vitest";
import { axeProblems } from "../support/axe.ts";
import {
  api,
  browserOfFile,
  chat,
  chatOnceKnown,
  choose,
  heading,
  joined,
  makeSandbox,
  URL,
} from "../support/people.ts";
import { sidewaysScroll } from "../support/screenshots.ts";
import { JOURNEY_MS, make, pasteIntoPalette, typeFirst } from "./support.ts";

const browser = browserOfFile();

it("who develops gets a key, and finds out by the ids of their requests why one was refused and where one went", {
  timeout: JOURNEY_MS,
}, async () => {
  const owner = await browser.owner();
  await makeSandbox(owner);
  const team_id = await make(owner, "/v1/teams", { name: "Search" });
  const wallet = await make(owner, "/v1/wallets", { name: "Search", limit_usd: "0.01", period: "none", team_id });
  const rule = {
    name: "Smart is echo",
    when: { model: "smart" },
    then: { fallback: ["sandbox/error-500", "sandbox/echo"] },
  };
  await api(owner, "POST", "/v1/routing/rules", rule);
  const { page } = await joined(browser, owner, "member", { team_id, team_role: "member" });

  await page.goto(URL);
  await heading(page, "Overview");
  await pasteIntoPalette(page, "create api");
  await page.keyboard.press("Enter");
  await heading(page, "Create an API key");
  await typeFirst(page, "Backend");
  await choose(page, "Wallet", "Search");
  await page.getByRole("button", { name: "Create API key" }).click();
  const shown = page.getByRole("dialog");
  const key = (await shown.getByLabel("The key", { exact: true }).textContent()) ?? "";
  await shown.getByRole("button", { name: "I have stored it" }).click();
  await heading(page, "Backend");

  const refused = await chatOnceKnown(key, { max_tokens: 16_000 });
  expect(refused.status).toBe(402);
  await pasteIntoPalette(page, refused.text);
  await page.getByRole("option", { name: `${refused.id} Open request` }).waitFor();
  await page.keyboard.press("Enter");
  await heading(page, "Request");
  await page.getByText("402 refused").waitFor({ timeout: 30_000 });
  await page.getByText("the wallet has 0.010000000 USD left. Send max_tokens of at most").waitFor();
  const figures = page.locator("main .grid").first();
  await figures.getByText("$0.01", { exact: true }).nth(1).waitFor();
  expect((await figures.innerText()).split("\n").filter((line) => /^\$|tokens$/.test(line))).toEqual([
    "$0.032020",
    "$0.01",
    "4,990 tokens",
    "$0.01",
  ]);
  for (const theme of ["light", "dark"] as const) expect(await axeProblems(page, theme)).toEqual([]);
  await page.setViewportSize({ width: 375, height: 812 });
  expect(await sidewaysScroll(page)).toBe(0);
  await page.setViewportSize({ width: 1280, height: 800 });
  // They may ask for money; to make some is not theirs.
  await expect.poll(() => page.getByRole("link", { name: "Top it up" }).count()).toBe(0);
  await page.getByRole("link", { name: "Ask for more" }).click();
  await page.getByRole("dialog", { name: "Request money" }).waitFor();
  expect(page.url()).toBe(`${URL}/wallets/${wallet}?do=transfer`);
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });

  const routed = await chat(key, { model: "smart", max_tokens: 10 }, { "x-ao-retries": "0" });
  expect(routed.status).toBe(200);
  await pasteIntoPalette(page, routed.id);
  await page.getByRole("option", { name: `${routed.id} Open request` }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByText("The rule “").waitFor({ timeout: 30_000 });
  const why = page
    .locator("section")
    .filter({ has: page.getByRole("heading", { name: "Why this model" }) })
    .last();
  await expect
    .poll(() => why.innerText())
    .toContain(
      "Asked for smart, answered by sandbox/echo. The rule “Smart is echo” takes the first of its models that can serve the request.",
    );
  await page.getByRole("listitem").filter({ hasText: "failed, status 500" }).waitFor();
  const charged = page.getByRole("table", { name: "Components of the price" }).getByRole("row", { name: /^Charged/ });
  await expect.poll(() => charged.innerText()).toContain("$0.000007");
});
