import { beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { axeProblems } from "./support/axe.ts";
import { api, browserOfFile, firstWallet, heading, type Person, visit } from "./support/people.ts";

const browser = browserOfFile();
let owner: Person;
beforeAll(async () => {
  owner = await browser.owner();
});

const keyNamed = async (name: string) => {
  const { data } = await api(owner, "GET", `/v1/keys?name=${name}`);
  const limit = z.int().nullable();
  const row = z.object({
    id: z.string(),
    requests_per_minute: limit,
    tokens_per_minute: limit,
    concurrent_requests: limit,
  });
  return z.array(row).parse(data)[0];
};

describe("the rate limits of a key", () => {
  it("are given as rows, a bad one is told at its row, and the page says which limit is met first", async () => {
    const { page } = owner;
    const wallet = await firstWallet(owner);
    await api(owner, "PATCH", `/v1/wallets/${wallet}`, { requests_per_minute: 500 });
    await visit(page, `/keys/new?wallet_id=${wallet}`, "Create an API key");
    await page.getByLabel("Name").fill("Limited");
    await page.getByText("More settings").click();
    const limits = page.getByRole("group", { name: "Rate limits" });
    const requests = limits.getByLabel("Requests a minute");
    await requests.fill("600");
    await limits.getByText("After a pause 600 requests at once, then 10 a second.").waitFor();
    const tokens = limits.getByLabel("Tokens a minute");
    await tokens.fill("a lot");
    await page.getByRole("button", { name: "Create API key" }).click();
    await limits.getByText("Give a whole number from 0 to 1,000,000,000.").waitFor();
    await expect.poll(() => tokens.getAttribute("aria-invalid")).toBe("true");
    await expect.poll(() => requests.getAttribute("aria-invalid")).toBeNull();
    expect([await axeProblems(page, "light"), await axeProblems(page, "dark")]).toEqual([[], []]);
    await tokens.fill("200,000");
    await page.getByRole("button", { name: "Create API key" }).click();
    await page.getByRole("button", { name: "I have stored it" }).click();
    await heading(page, "Limited");
    const { id, ...given } = (await keyNamed("Limited")) ?? { id: "" };
    expect(given).toEqual({ requests_per_minute: 600, tokens_per_minute: 200_000, concurrent_requests: null });
    const rows = page.getByRole("table", { name: "Rate limits" }).getByRole("row");
    await expect
      .poll(() => rows.allInnerTexts())
      .toEqual([
        "Of\tRequests a minute\tTokens a minute\tRequests at a time",
        "This key\t600\t200,000\tno limit",
        expect.stringMatching(/^Wallet .+\t500\tno limit\tno limit$/),
      ]);
    expect([await axeProblems(page, "light"), await axeProblems(page, "dark")]).toEqual([[], []]);

    await visit(page, `/keys/${id}/edit`, "Edit “Limited”");
    await requests.fill("");
    await limits.getByLabel("Requests at a time").fill("0");
    await limits.getByText("Refuses everything.").waitFor();
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await heading(page, "Limited");
    await rows.nth(1).getByText("0, refuses everything").waitFor();
    expect(await keyNamed("Limited")).toEqual({
      id,
      requests_per_minute: null,
      tokens_per_minute: 200_000,
      concurrent_requests: 0,
    });
  });
});

describe("the rate limits of a wallet", () => {
  it("are edited in the same way, and stand among its settings with those above it", async () => {
    const { page } = owner;
    const parent_id = await firstWallet(owner);
    const { id } = await api(owner, "POST", "/v1/wallets", { name: "Below", parent_id, limit_usd: "10" });
    await visit(page, `/wallets/${id}/edit`, "Edit “Below”");
    await page.getByRole("group", { name: "Rate limits" }).getByLabel("Requests at a time").fill("20");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await heading(page, "Below");
    await page.getByRole("tab", { name: "Settings" }).click();
    const rows = page.getByRole("table", { name: "Rate limits" }).getByRole("row");
    await rows.nth(2).waitFor();
    expect((await rows.allInnerTexts()).slice(1)).toEqual([
      "This wallet\tno limit\tno limit\t20",
      expect.stringMatching(/^Wallet .+\t500\tno limit\tno limit$/),
    ]);
  });
});
