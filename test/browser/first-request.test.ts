import { describe, expect, it } from "vitest";
import { newPasswordField } from "../../workers/dashboard/identity/credentials.ts";
import { browserOfFile, choose, heading, PASSWORD, request, URL, visit } from "./support/people.ts";

/** The shortest password that the API takes. */
const SHORTEST = [...Array(100).keys()].find((length) => newPasswordField.safeParse("x".repeat(length)).success);

const browser = browserOfFile();

describe("somebody new", () => {
  it("gets from signing up to a charged request with what the pages show alone", async () => {
    const { page, email } = await browser.person();
    await visit(page, "/", "Sign in");
    await page.getByRole("link", { name: "Sign up" }).click();
    // The form before it has a field of the same name.
    await heading(page, "Sign up");
    await page.getByLabel("E-mail address").fill(email);
    await page.getByLabel("Your name").fill("Ada Lovelace");
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByLabel("Organisation").fill("Engines");
    await page.getByRole("button", { name: "Sign up" }).click();
    await heading(page, "First steps");
    const states = () =>
      page
        .getByRole("main")
        .getByText(/^(?:Done|To do)$/)
        .allTextContents();
    await expect.poll(() => states()).toEqual(["Done", "To do", "To do", "To do"]);

    await page.getByRole("link", { name: "Create provider" }).click();
    await heading(page, "Create a provider");
    await page.getByRole("radio", { name: "Sandbox", exact: true }).check({ force: true });
    await expect.poll(() => page.getByLabel("ID", { exact: true }).inputValue()).toBe("sandbox");
    await page.getByRole("button", { name: "Create provider" }).click();
    await heading(page, "sandbox");

    await visit(page, "/keys/new", "Create an API key");
    await page.getByLabel("Name").fill("Backend");
    await choose(page, "Wallet", "First wallet");
    await page.getByRole("button", { name: "Create API key" }).click();
    const dialog = page.getByRole("dialog");
    const key = (await dialog.getByLabel("The key", { exact: true }).textContent()) ?? "";
    expect(key).toMatch(/^ao_[\w-]{43}$/);
    await expect
      .poll(() => dialog.locator("pre").textContent())
      .toContain(`curl ${URL}/v1/chat/completions \\\n  -H 'authorization: Bearer ${key}'`);
    await dialog.getByRole("button", { name: "I have stored it" }).click();
    await heading(page, "Backend");
    await page.reload();
    await heading(page, "Backend");
    expect(await page.content()).not.toContain(key);

    expect(await request(key)).toBe(200);
    await visit(page, "/start", "First steps");
    await page.getByText("All done.").waitFor();
    await expect.poll(() => states()).toEqual(["Done", "Done", "Done", "Done"]);
  });

  it("reads the rule of passwords before choosing one, and a broken rule at its field", async () => {
    const { page, email } = await browser.person();
    await visit(page, "/sign-up", "Sign up");
    const password = page.getByLabel("Password", { exact: true });
    await page.getByText(`At least ${SHORTEST} characters`).waitFor();
    await page.getByLabel("E-mail address").fill(email);
    await page.getByLabel("Your name").fill("Ada");
    await password.fill("too short");
    await page.getByRole("button", { name: "Show: Password" }).click();
    await expect.poll(() => password.getAttribute("type")).toBe("text");
    await page.getByRole("button", { name: "Sign up" }).click();
    await page.getByText(`Must be at least ${SHORTEST} characters.`).waitFor();
    await expect.poll(() => password.getAttribute("aria-invalid")).toBe("true");
    await expect.poll(() => password.evaluate((element) => element === document.activeElement)).toBe(true);
    await expect.poll(() => password.inputValue()).toBe("too short");
  });

  it("comes back to the page that was asked for after signing in, also by a link of the earlier console", async () => {
    const owner = await browser.owner();
    await owner.context.clearCookies();
    await owner.page.goto(`${URL}/#/wallets?sort=name`);
    await heading(owner.page, "Sign in");
    await owner.page.getByLabel("E-mail address").fill(owner.email);
    await owner.page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await owner.page.getByRole("button", { name: "Sign in", exact: true }).click();
    await heading(owner.page, "Wallets");
    expect(new globalThis.URL(owner.page.url()).search).toBe("?sort=name");
  });
});
