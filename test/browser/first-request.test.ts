import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newPasswordField } from "../../workers/dashboard/identity/credentials.ts";
import { heading, openBrowser, PASSWORD, request, type TestBrowser, URL, visit } from "./support/people.ts";

/** The shortest password that the API takes. */
const SHORTEST = [...Array(100).keys()].find((length) => newPasswordField.safeParse("x".repeat(length)).success);

let browser: TestBrowser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
});

describe("somebody new", () => {
  it("gets from signing up to a charged request with what the pages show alone", async () => {
    const { page, email } = await browser.person();
    await visit(page, "#/sign-up", "Sign up");
    await page.getByLabel("E-mail address").fill(email);
    await page.getByLabel("Your name").fill("Ada Lovelace");
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByLabel("Organisation").fill("Engines");
    await page.getByRole("button", { name: "Sign up" }).click();
    await heading(page, "First steps");
    expect(await page.locator(".steps li .badge").allTextContents()).toEqual(["Done", "To do", "To do", "To do"]);

    await page.getByRole("link", { name: "Create provider" }).click();
    await heading(page, "Create a provider");
    await page.getByLabel("Kind").selectOption("sandbox");
    expect(await page.getByLabel("ID").inputValue()).toBe("sandbox");
    await page.getByRole("button", { name: "Create provider" }).click();
    await heading(page, "sandbox");
    await page.getByRole("button", { name: "Test" }).click();
    await page.getByText(/^It works: sandbox\//).waitFor();

    await visit(page, "#/create/keys", "Create an API key");
    await page.getByLabel("Name").fill("Backend");
    await page.getByRole("button", { name: "Create API key" }).click();
    const dialog = page.getByRole("dialog", { name: "Your new key" });
    const key = (await dialog.getByLabel("The key", { exact: true }).textContent()) ?? "";
    expect(key).toMatch(/^ao_[\w-]{43}$/);
    expect(await dialog.getByLabel("A first request with it", { exact: true }).textContent()).toContain(
      `curl ${URL}/v1/chat/completions \\\n  -H 'authorization: Bearer ${key}'`,
    );
    await dialog.getByRole("button", { name: "I have stored it" }).click();
    await heading(page, "Backend");
    await page.reload();
    await heading(page, "Backend");
    expect(await page.content()).not.toContain(key);

    expect(await request(key)).toBe(200);
    await visit(page, "#/wallets", "Wallets");
    await page.getByRole("link", { name: "First wallet" }).click();
    await heading(page, "First wallet");
    const spent = page.locator(".figures div", { has: page.getByText("Spent", { exact: true }) }).last();
    expect(await spent.getByRole("definition").textContent()).toMatch(/^\$0\.0000\d\d$/);
    await page.getByRole("row", { name: /Charge −\$0\.0000\d\d/ }).waitFor();
    await page.getByRole("button", { name: "Check books" }).click();
    await page.getByText("The books are right").waitFor();

    await visit(page, "#/start", "First steps");
    expect(await page.locator(".steps li .badge").allTextContents()).toEqual(["Done", "Done", "Done", "Done"]);
    expect(browser.complaints).toEqual([]);
  });

  it("reads the rule of passwords before choosing one, and a broken rule at its field", async () => {
    const { page, email } = await browser.person();
    await visit(page, "#/sign-up", "Sign up");
    const password = page.getByLabel("Password", { exact: true });
    await page.getByText(`At least ${SHORTEST} characters`).waitFor();
    await page.getByLabel("E-mail address").fill(email);
    await page.getByLabel("Your name").fill("Ada");
    await password.fill("too short");
    await page.getByRole("button", { name: "Show: Password" }).click();
    expect(await password.getAttribute("type")).toBe("text");
    await page.getByRole("button", { name: "Sign up" }).click();
    await page.getByText(`Must be at least ${SHORTEST} characters.`).waitFor();
    expect(await password.getAttribute("aria-invalid")).toBe("true");
    expect(await password.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(browser.complaints).toEqual([]);
  });
});
