import type { Request } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  api,
  firstWallet,
  heading,
  makeKey,
  makeSandbox,
  openBrowser,
  type Person,
  request,
  type TestBrowser,
  visit,
} from "./support/people.ts";

let browser: TestBrowser;
let owner: Person;
beforeAll(async () => {
  browser = await openBrowser();
  owner = await browser.owner();
  await makeSandbox(owner);
});
afterEach(() => {
  expect(browser.complaints).toEqual([]);
});
afterAll(async () => {
  await browser.close();
});

const isPatch = (sent: Request): boolean => sent.method() === "PATCH";

describe("a change", () => {
  it("of a wallet sends what was changed alone, and for what was read", async () => {
    const { page } = owner;
    const id = await firstWallet(owner);
    await visit(page, `#/wallets/${id}`, "First wallet");
    await page.getByRole("link", { name: "Edit" }).click();
    await heading(page, "Edit “First wallet”");
    const sent = page.waitForRequest(isPatch);
    await page.getByLabel("Limit", { exact: false }).first().fill("12.5");
    await page.getByRole("button", { name: "Save" }).click();
    expect((await sent).postDataJSON()).toEqual({ limit_usd: "12.5" });
    expect((await sent).headers()["if-match"]).toMatch(/^"\d+"$/);
    await heading(page, "First wallet");
    await page.locator(".figures").getByText("$12.50").first().waitFor();
  });

  it("of what somebody else changed meanwhile is not made, and what it is now can be loaded", async () => {
    const { page } = owner;
    const { id } = await api(owner, "POST", "/v1/teams", { name: "Before" });
    await visit(page, `#/teams/${String(id)}/edit`, "Edit “Before”");
    await api(owner, "PATCH", `/v1/teams/${String(id)}`, { name: "Theirs" });
    await page.getByLabel("Name").fill("Mine");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("alert").getByText("Somebody else changed it").waitFor();
    expect((await api(owner, "GET", `/v1/teams/${String(id)}`)).name).toBe("Theirs");
    await page.getByRole("button", { name: "Load what it is now" }).click();
    await heading(page, "Edit “Theirs”");
    expect(await page.getByLabel("Name").inputValue()).toBe("Theirs");
  });

  it("that the API refuses says why at the field", async () => {
    const { page } = owner;
    await api(owner, "POST", "/v1/teams", { name: "Taken" });
    await visit(page, "#/create/teams", "Create a team");
    await page.getByLabel("Name").fill("Taken");
    await page.getByRole("button", { name: "Create team" }).click();
    await page.getByText('There is a team called "Taken" already.').waitFor();
    expect(await page.getByLabel("Name").getAttribute("aria-invalid")).toBe("true");
  });

  it("shows names as text, whatever is in them", async () => {
    const { page } = owner;
    const name = `<img src=x onerror="document.title='run'"><b>bold</b>`;
    const { id } = await api(owner, "POST", "/v1/teams", { name });
    await visit(page, "#/teams", "Teams");
    await page.getByRole("link", { name, exact: true }).click();
    await heading(page, name);
    expect(await page.locator("main img, main b").count()).toBe(0);
    await api(owner, "DELETE", `/v1/teams/${String(id)}`);
  });
});

describe("a key", () => {
  it("that is revoked opens nothing from then on", async () => {
    const { page } = owner;
    const { id, key } = await makeKey(owner, "Leaked");
    expect(await request(key)).toBe(200);
    await visit(page, `#/keys/${id}`, "Leaked");
    await page.getByRole("button", { name: "Revoke" }).click();
    const question = page.getByRole("dialog", { name: "Revoke the API key “Leaked”?" });
    await question.getByRole("button", { name: "Cancel" }).click();
    expect(await request(key)).toBe(200);
    await page.getByRole("button", { name: "Revoke" }).click();
    await question.getByRole("button", { name: "Revoke" }).click();
    await heading(page, "API keys");
    await page.getByRole("row", { name: /Leaked.*Revoked/ }).waitFor();
    expect(await request(key)).toBe(401);
  });

  it("that is rotated without an overlap is replaced at once by the one that is shown", async () => {
    const { page } = owner;
    const { id, key } = await makeKey(owner, "Rotating");
    await visit(page, `#/keys/${id}`, "Rotating");
    await page.getByRole("button", { name: "Rotate" }).click();
    const question = page.getByRole("dialog", { name: "Rotate the key “Rotating”?" });
    await question.getByLabel("The old key works on for").selectOption("0");
    await question.getByRole("button", { name: "Rotate" }).click();
    const shown = page.getByRole("dialog", { name: "Your new key" });
    const next = (await shown.getByLabel("The key", { exact: true }).textContent()) ?? "";
    await shown.getByRole("button", { name: "I have stored it" }).click();
    expect(await request(key)).toBe(401);
    expect(await request(next)).toBe(200);
  });

  it("of a frozen wallet is refused until it is unfrozen", async () => {
    const { page } = owner;
    const { key } = await makeKey(owner, "Frozen out");
    await visit(page, `#/wallets/${await firstWallet(owner)}`, "First wallet");
    await page.getByRole("button", { name: "Freeze" }).click();
    await page.getByRole("button", { name: "Unfreeze" }).waitFor();
    expect(await request(key)).toBe(403);
    await page.getByRole("button", { name: "Unfreeze" }).click();
    await page.getByRole("button", { name: "Freeze", exact: true }).waitFor();
    expect(await request(key)).toBe(200);
  });
});

describe("a list", () => {
  it("is sorted, filtered and turned by what the API offers", async () => {
    const { page } = owner;
    for (const letter of ["c", "a", "b"]) await api(owner, "POST", "/v1/teams", { name: `sorted ${letter}` });
    await visit(page, "#/teams?limit=2", "Teams");
    await page.getByRole("link", { name: /^Name/ }).click();
    await page.locator('th[aria-sort="ascending"]').waitFor();
    const first = await page.locator("tbody th").allTextContents();
    await page.getByRole("link", { name: "Next" }).click();
    await page.getByRole("link", { name: "First page" }).waitFor();
    expect(await page.locator("tbody th").allTextContents()).not.toEqual(first);
    await page.getByRole("link", { name: "First page" }).click();
    await page.getByRole("link", { name: "First page" }).waitFor({ state: "detached" });
    expect(await page.locator("tbody th").allTextContents()).toEqual(first);
    await page.getByText("Filter", { exact: true }).first().click();
    await page.getByRole("textbox", { name: "Name" }).fill("sorted b");
    await page.getByRole("button", { name: "Filter" }).click();
    await page.getByText("1 row", { exact: true }).waitFor();
    expect(await page.locator("tbody th").allTextContents()).toEqual(["sorted b"]);
  });
});

describe("the audit log", () => {
  it("shows what was done, before and after, and verifies", async () => {
    const { page } = owner;
    const { id } = await api(owner, "POST", "/v1/teams", { name: "Old name" });
    await api(owner, "PATCH", `/v1/teams/${String(id)}`, { name: "New name" });
    await visit(page, "#/audit", "Audit log");
    const row = page.getByRole("row").nth(1);
    expect(await row.textContent()).toContain("team.updated");
    expect(await row.textContent()).toContain("New name");
    await row.getByRole("button").click();
    const entry = page.getByRole("dialog", { name: /team\.updated/ });
    await entry.getByRole("row", { name: "Name Old name New name" }).waitFor();
    await entry.getByRole("button", { name: "Close" }).click();
    await page.getByRole("button", { name: "Verify" }).click();
    await page.getByText("The chain is whole").waitFor();
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export CSV" }).click();
    expect((await download).suggestedFilename()).toMatch(/^audit-[\d-]+\.csv$/);
    const receipt = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save receipt" }).click();
    expect((await receipt).suggestedFilename()).toBe("audit-receipt.json");
    await page.goto(`${page.url()}?action=team.created`);
    await page.getByText("Filter (1)").waitFor();
    const actions = await page.locator("tbody tr td:nth-child(4)").allTextContents();
    expect(new Set(actions)).toEqual(new Set(["team.created"]));
  });
});
