import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { eventually } from "../e2e/support/money.ts";
import { api, browserOfFile, heading, makeKey, makeSandbox, type Person, URL, visit } from "./support/people.ts";

const browser = browserOfFile();
let owner: Person;
let answered: string;
let failed: string;
beforeAll(async () => {
  owner = await browser.owner();
  await makeSandbox(owner);
  const then = { fallback: ["sandbox/error-500", "sandbox/echo"] };
  await api(owner, "POST", "/v1/routing/rules", { name: "Smart falls back", when: { model: "smart" }, then });
  const { key } = await makeKey(owner, "Backend");
  answered = await eventually(
    () => ask(key, "smart", "chat"),
    (id) => id !== "",
  );
  failed = await ask(key, "sandbox/error-500", "report");
  const logged = z.object({ data: z.array(z.object({ id: z.string() })) });
  await eventually(
    async () => logged.parse(await api(owner, "GET", "/v1/requests")).data.map(({ id }) => id),
    (ids) => [answered, failed].every((id) => ids.includes(id)),
  );
});

/** A request; its id once the gateway knows the model, "" before. */
async function ask(key: string, model: string, feature: string): Promise<string> {
  const answer = await fetch(`${URL}/v1/chat/completions`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${key}`,
      "content-type": "application/json",
      "x-ao-feature": feature,
      "x-ao-retries": "0",
    },
    body: JSON.stringify({ model, messages: [{ role: "user", content: "Hello!" }] }),
  });
  await answer.text();
  return answer.status === 404 ? "" : (answer.headers.get("x-ao-request-id") ?? "");
}

describe("the log of requests", () => {
  it("is filtered by chips that stand in the address, and a row leads to why it went where it went", async () => {
    const { page } = owner;
    await visit(page, "/requests", "Requests");
    const table = page.getByRole("table", { name: "Requests" });
    await page.getByRole("button", { name: "Filter", exact: true }).click();
    await page.getByRole("dialog", { name: "Filters" }).getByLabel("Feature").fill("chat");
    await page.getByRole("button", { name: "Apply" }).click();
    await table.getByRole("row").filter({ hasText: "asked: smart" }).waitFor();
    await eventually(
      () => table.getByRole("row").count(),
      (rows) => rows === 2,
    );
    expect(new globalThis.URL(page.url()).searchParams.get("feature")).toBe("chat");
    await table.getByRole("row").filter({ hasText: "asked: smart" }).getByRole("link").first().click();
    await heading(page, "Request");
    expect(page.url()).toBe(`${URL}/requests/${answered}`);
    const rules = page.getByRole("list", { name: "Rules that were tried" });
    await rules.getByText("Smart falls back").waitFor();
    const candidates = page.getByRole("table", { name: "Candidates" });
    await candidates.getByRole("row").filter({ hasText: "sandbox/echo" }).getByText("Taken").waitFor();
    // The call that failed, and the one that answered, each with the time that was taken of it.
    const steps = page.locator("section").filter({ hasText: "Timeline" }).getByRole("listitem");
    await expect.poll(() => steps.filter({ hasText: "failed, status 500" }).innerText()).toMatch(/ (?:m?s)$/);
    await steps.filter({ hasText: "Delivered whole" }).waitFor();
  });

  it("adds a price up to what was charged", async () => {
    const { page } = owner;
    await visit(page, `/requests/${answered}`, "Request");
    const { cost_usd } = z.object({ cost_usd: z.string() }).parse(await api(owner, "GET", `/v1/requests/${answered}`));
    const price = page.getByRole("table", { name: "Components of the price" });
    const charged = price.getByRole("row", { name: /^Charged/ }).locator("[title]");
    await expect.poll(() => charged.getAttribute("title")).toBe(`${cost_usd} USD`);
    const amounts = await price.locator("tbody tr td:last-child").allInnerTexts();
    const nano = amounts.map((text) => Math.round(Number(text.replace("$", "")) * 1e9));
    expect(nano.reduce((sum, one) => sum + one, 0)).toBe(Math.round(Number(cost_usd) * 1e9));
  });

  it("opens a request by its pasted id, and says in words what failed and where to look", async () => {
    const { page } = owner;
    await visit(page, "/requests", "Requests");
    const search = page.getByRole("textbox", { name: "Request ID" });
    await search.fill("nothing");
    await search.press("Enter");
    await page.getByRole("alert").getByText("An ID begins with req_.").waitFor();
    await search.fill(`id=${failed}`);
    await search.press("Enter");
    await heading(page, "Request");
    await page.getByText("It is the provider's failure.").waitFor();
    const health = page.getByRole("link", { name: "See the provider's health" });
    await expect.poll(() => health.getAttribute("href")).toBe("/providers/sandbox");
  });

  it("says of an id that is not there why that may be", async () => {
    await visit(owner.page, "/requests/req_00000000000000000000000000", "Request");
    await owner.page.getByText("There is no such request in the log").waitFor();
  });

  it("saves what is shown as a view, and as a file", async () => {
    const { page } = owner;
    await visit(page, "/requests?feature=report", "Requests");
    await page.getByRole("button", { name: "Views", exact: true }).click();
    await page.getByLabel("Save what is shown as").fill("Reports");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await visit(page, "/requests", "Requests");
    await page.getByRole("button", { name: "Views", exact: true }).click();
    await page.getByRole("button", { name: "Reports", exact: true }).click();
    await page.waitForURL(/feature=report/);
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Export CSV" }).click(),
    ]);
    const text = await readFile(await file.path(), "utf8");
    expect([text.includes(failed), text.includes(answered)]).toEqual([true, false]);
  });
});
