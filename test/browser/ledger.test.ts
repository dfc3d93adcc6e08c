import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import {
  api,
  browserOfFile,
  choose,
  firstWallet,
  makeKey,
  makeSandbox,
  type Person,
  request,
  visit,
} from "./support/people.ts";

const browser = browserOfFile();
let owner: Person;
let wallet: string;
beforeAll(async () => {
  owner = await browser.owner();
  await makeSandbox(owner);
  wallet = await firstWallet(owner);
  const { key } = await makeKey(owner, "Ledger");
  expect(await request(key)).toBe(200);
  await api(owner, "PATCH", `/v1/wallets/${wallet}`, { limit_usd: "12.5" });
  await api(owner, "POST", `/v1/wallets/${wallet}/top-ups`, { amount_usd: "2.5", reason: "More" });
});

/** The lines of the file that the page saves. */
async function saved(page: Page): Promise<readonly string[]> {
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export CSV" }).click();
  return (await readFile(await (await download).path(), "utf8")).trimEnd().split("\r\n");
}

describe("a wallet's ledger", () => {
  it("is filtered in the address, by several kinds, a cause and a time, and that is saved as it is shown", async () => {
    const { page } = owner;
    await visit(page, `/wallets/${wallet}?tab=ledger`, "First wallet");
    const table = page.getByRole("table", { name: "Ledger, newest first" });
    await table
      .getByRole("row", { name: /Charge/ })
      .first()
      .waitFor();
    await page.getByRole("button", { name: "Filter", exact: true }).press("Enter");
    const filters = page.getByRole("dialog", { name: "Filters" });
    const kinds = filters.getByRole("combobox", { name: "What" });
    for (const kind of ["Top-up", "Limit changed"]) {
      await kinds.pressSequentially(kind);
      await page.getByRole("option", { name: kind }).waitFor();
      await kinds.press("Enter");
    }
    await filters.getByRole("button", { name: "Apply" }).press("Enter");
    await table
      .getByRole("row", { name: /Charge/ })
      .first()
      .waitFor({ state: "detached" });
    expect(new globalThis.URL(page.url()).searchParams.getAll("kind")).toEqual(["top_up", "limit"]);
    await expect.poll(() => table.getByRole("row").count()).toBe(4);
    expect(await saved(page)).toEqual([
      expect.stringMatching(/^at,kind,amount_usd,balance_usd,ref,/),
      expect.stringContaining(",top_up,2.500000000,"),
      expect.stringContaining(",limit,"),
      expect.stringContaining(",limit,"),
    ]);

    await page.getByRole("button", { name: "Remove the filter What: Limit changed" }).click();
    await page.getByText("1 row", { exact: true }).waitFor();
    const [, top_up = ""] = await saved(page);
    const ref = top_up.split(",")[4] ?? "";
    await visit(page, `/wallets/${wallet}?tab=ledger&ref=${ref}&range=7d`, "First wallet");
    await table.getByRole("row", { name: /Top-up/ }).waitFor();
    await expect.poll(() => table.getByRole("row").count()).toBe(2);

    await visit(page, `/wallets/${wallet}?tab=ledger&kind=reset`, "First wallet");
    await page.getByText("No movement fits").waitFor();
    await page.getByRole("button", { name: "Take the filters away" }).click();
    await table
      .getByRole("row", { name: /Charge/ })
      .first()
      .waitFor();
    expect(new globalThis.URL(page.url()).search).toBe("?tab=ledger");
  });

  it("says what is wrong with an address that asks for what there is not", async () => {
    const { page } = owner;
    await visit(page, `/wallets/${wallet}?tab=ledger&kind=coffee`, "First wallet");
    await page.getByText('there is no kind "coffee"').first().waitFor();
    await page.getByRole("button", { name: "Remove the filter What: coffee" }).click();
    await page.getByRole("table", { name: "Ledger, newest first" }).waitFor();
  });

  it("has the rows of every shard, and those of one alone", async () => {
    const { page } = owner;
    const hot = await api(owner, "POST", "/v1/wallets", { name: "Hot", limit_usd: "5", period: "none", shards: 2 });
    const { key } = await api(owner, "POST", "/v1/keys", { name: "Hot", wallet_id: hot.id });
    for (let count = 0; count < 8; count += 1) expect(await request(String(key))).toBe(200);
    await visit(page, `/wallets/${String(hot.id)}?tab=ledger`, "Hot");
    const table = page.getByRole("table", { name: "Ledger, newest first" });
    await table
      .getByRole("row", { name: /Charge in shard 1/ })
      .first()
      .waitFor();
    await table
      .getByRole("row", { name: /Charge in shard 2/ })
      .first()
      .waitFor();
    await page.getByRole("button", { name: "Filter", exact: true }).press("Enter");
    await choose(page, "Book", "Shard 2");
    await page.getByRole("dialog", { name: "Filters" }).getByRole("button", { name: "Apply" }).press("Enter");
    await table
      .getByRole("row", { name: /in shard 1/ })
      .first()
      .waitFor({ state: "detached" });
    await table
      .getByRole("row", { name: /Charge in shard 2/ })
      .first()
      .waitFor();
  });
});
