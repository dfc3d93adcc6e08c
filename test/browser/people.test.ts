import { beforeAll, describe, expect, it } from "vitest";
import {
  api,
  browserOfFile,
  choose,
  firstWallet,
  heading,
  PASSWORD,
  type Person,
  URL,
  visit,
} from "./support/people.ts";

const browser = browserOfFile();
let owner: Person;
beforeAll(async () => {
  owner = await browser.owner();
});

describe("somebody who is invited", () => {
  it("joins by the link, and as a viewer is offered nothing that changes something", async () => {
    const guest = await browser.person();
    const { token } = await api(owner, "POST", "/v1/invitations", { email: guest.email, role: "viewer" });
    const { page } = guest;
    await page.goto(`${URL}/invite#${String(token)}`);
    await heading(page, "Accept the invitation");
    await page.getByLabel("E-mail address").fill(guest.email);
    await page.getByLabel("Your name").fill("Grace");
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Sign up and join" }).click();
    await heading(page, "Overview");

    const nav = page.getByRole("navigation", { name: "Main" });
    await expect.poll(() => nav.getByRole("link", { name: "Audit" }).count()).toBe(0);
    await expect.poll(() => nav.getByRole("link", { name: "Invitations" }).count()).toBe(0);
    for (const [link, title] of [
      ["Keys", "API keys"],
      ["Teams", "Teams"],
      ["Providers", "Providers"],
      ["Policies", "Alert policies"],
      ["Channels", "Channels"],
    ] as const) {
      if ((await nav.getByRole("link", { name: link, exact: true }).count()) === 0) continue;
      await nav.getByRole("link", { name: link, exact: true }).click();
      await heading(page, title);
      expect(await page.getByRole("link", { name: /^(?:Create|Invite) / }).count(), link).toBe(0);
    }
    await visit(page, "/settings", "Organisation");
    await expect.poll(() => page.getByRole("button", { name: /Save|Replace/ }).count()).toBe(0);
    await visit(page, "/audit", "Audit log");
    await page.getByText("You may not see this").first().waitFor();
  });
});

describe("a new organisation", () => {
  it("is kept in the EU where that is chosen: at sign-up, and by who makes another one", async () => {
    const { page, email } = await browser.person();
    await visit(page, "/sign-up", "Sign up");
    await page.getByLabel("E-mail address").fill(email);
    await page.getByLabel("Your name").fill("Ada");
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await choose(page, "Where its wallets and its audit log are kept", "European Union");
    await page.getByRole("button", { name: "Sign up" }).click();
    await heading(page, "First steps");
    await visit(page, "/settings", "Organisation");
    await page.getByText(/^org_eu_/).waitFor();
    await page.getByText("In the EU", { exact: true }).waitFor();

    await visit(page, "/new-organisation", "Your organisation");
    await page.getByLabel("Name").fill("Engines");
    await choose(page, "Where its wallets and its audit log are kept", "European Union");
    await page.getByRole("button", { name: "Create the organisation" }).click();
    await heading(page, "First steps");
    await page.getByRole("button", { name: "Organisation: Engines" }).waitFor();
    await visit(page, "/settings", "Organisation");
    await page.getByText(/^org_eu_/).waitFor();
  });
});

describe("signing in by an API key", () => {
  it("tells of a key that is none at its field, and shows what a real one may", async () => {
    const { page } = await browser.person();
    const { key } = await api(owner, "POST", "/v1/keys", {
      name: "Console",
      scopes: ["admin"],
      wallet_id: await firstWallet(owner),
    });
    await visit(page, "/sign-in", "Sign in");
    await page.getByRole("button", { name: "Sign in with an API key instead" }).click();
    await page.getByLabel("API key", { exact: true }).fill("ao_nothing");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("alert").waitFor();
    await expect.poll(() => page.getByLabel("API key", { exact: true }).inputValue()).toBe("ao_nothing");
    await page.getByLabel("API key", { exact: true }).fill(String(key));
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await heading(page, "Overview");
    await visit(page, "/settings", "Organisation");
    await expect.poll(() => page.getByRole("link", { name: "Your account" }).count()).toBe(0);
  });
});

describe("signing out", () => {
  it("ends the session itself: neither going back nor a copy of the cookie opens anything", async () => {
    const { page, context } = await browser.owner();
    await visit(page, "/digests", "Digests");
    const cookies = await context.cookies();
    await page.getByRole("button", { name: /^Account/ }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await heading(page, "Sign in");
    await page.goBack();
    await heading(page, "Sign in");
    await context.addCookies(cookies);
    await page.reload();
    await heading(page, "Sign in");
    expect((await context.request.get(`${URL}/v1/me`)).status()).toBe(401);
  });
});

describe("a keyboard alone", () => {
  it("signs in, builds an alert policy and looks up who did that", async () => {
    const { page } = await browser.person();
    const { email } = owner;
    await visit(page, "/sign-in", "Sign in");
    await tabTo(page, "E-mail address");
    await page.keyboard.type(email);
    await tabTo(page, "Password");
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press("Enter");
    await heading(page, "Overview");

    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: /Search pages/ }).waitFor();
    await page.keyboard.type("Create alert pol");
    await page.getByRole("option", { name: /^Create alert policy/ }).waitFor();
    await page.keyboard.press("Enter");
    await heading(page, "Create an alert policy");
    await tabTo(page, "Name");
    await page.keyboard.type("By keyboard");
    await tabTo(page, "Remove the step at 95 %");
    await page.keyboard.press("Enter");
    await tabTo(page, "Add somebody: Told at 80 %", "Shift+Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("menuitem", { name: /^Finops/ }).waitFor();
    await page.keyboard.type("Fin");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Remove Finops: Told at 80 %" }).waitFor();
    await tabTo(page, "Create alert policy");
    await page.keyboard.press("Enter");
    await heading(page, "By keyboard");
    await page.getByText("The alert policy was created.").first().waitFor();

    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: /Search pages/ }).waitFor();
    await page.keyboard.type("Audit");
    await page
      .getByRole("option", { name: /^Audit/ })
      .first()
      .waitFor();
    await page.keyboard.press("Enter");
    await heading(page, "Audit log");
    await tabTo(page, "Alert policy created");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Alert policy created" }).waitFor();
    await page.keyboard.press("Escape");
    await eventuallyFocused(page, "Alert policy created");
  });
});

/** What the focus is on: by its label, its name or its text. */
const focused = (page: Person["page"]): Promise<string> =>
  page.evaluate(() => {
    const element = document.activeElement;
    const label = element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : null;
    return (label ?? element?.getAttribute("aria-label") ?? element?.textContent ?? "").trim();
  });

const STOPS_MAX = 80;

/** Presses Tab until the focus is on something of this name. */
async function tabTo(page: Person["page"], name: string, key = "Tab"): Promise<void> {
  for (let stop = 0; stop < STOPS_MAX; stop += 1) {
    await page.keyboard.press(key);
    if ((await focused(page)) === name) return;
  }
  throw new Error(`${key} does not reach "${name}"`);
}

/** A dialog gives the focus back when it has gone. */
const eventuallyFocused = (page: Person["page"], name: string) =>
  page.waitForFunction((wanted) => document.activeElement?.textContent?.trim() === wanted, name);
