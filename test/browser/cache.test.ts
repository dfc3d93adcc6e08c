import { beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { eventually } from "../e2e/support/money.ts";
import { api, browserOfFile, choose, makeKey, makeSandbox, type Person, request, visit } from "./support/people.ts";

const browser = browserOfFile();
let owner: Person;
beforeAll(async () => {
  owner = await browser.owner();
  await makeSandbox(owner);
});

describe("the cache", () => {
  it("is set for the organisation, shows what it saves, and is flushed", async () => {
    const { page } = owner;
    const { key } = await makeKey(owner, "Backend");
    await visit(page, "/cache?tab=settings", "Cache");
    await page.getByText("Nothing is cached: there is no setting").waitFor();
    await page.getByRole("button", { name: "Make a setting" }).click();
    await choose(page, "Mode", "Exact: the same request again");
    await page.getByLabel("Kept for").fill("2");
    await page.getByRole("button", { name: "Save" }).click();
    const settings = page.getByRole("table", { name: "Settings of the cache" });
    await settings.getByRole("row", { name: /The organisation.*exact.*2 days/ }).waitFor();
    await eventually(
      async () => {
        await request(key);
        return z.object({ hits: z.int() }).parse(await api(owner, "GET", "/v1/cache/stats")).hits;
      },
      (hits) => hits > 0,
    );
    await visit(page, "/cache", "Cache");
    await page
      .getByRole("table", { name: "Cache by model" })
      .getByRole("row", { name: /^sandbox\/echo/ })
      .waitFor();
    await page.getByRole("button", { name: "Flush everything" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Flush", exact: true }).click();
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    const { data } = await api(owner, "GET", "/v1/cache/entries");
    expect(data).toEqual([]);
  });
});
