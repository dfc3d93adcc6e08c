import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  api,
  heading,
  makeKey,
  makeSandbox,
  openBrowser,
  PASSWORD,
  type Person,
  type TestBrowser,
  URL,
  visit,
} from "./support/people.ts";

let browser: TestBrowser;
let owner: Person;
beforeAll(async () => {
  browser = await openBrowser();
  owner = await browser.owner();
});
afterEach(() => {
  expect(browser.complaints).toEqual([]);
});
afterAll(async () => {
  await browser.close();
});

const LISTS = ["Wallets", "API keys", "Providers", "Prices", "Teams", "Team members", "Members"] as const;

describe("somebody who is invited", () => {
  it("joins by the link, and as a viewer finds nothing to change", async () => {
    const guest = await browser.person();
    await visit(owner.page, "#/create/invitations", "Create an invitation");
    await owner.page.getByLabel("Email").fill(guest.email);
    await owner.page.getByLabel("Role", { exact: false }).first().selectOption("viewer");
    await owner.page.getByRole("button", { name: "Create invitation" }).click();
    const link = await owner.page.getByLabel("The link", { exact: true }).textContent();
    await owner.page.getByRole("button", { name: "I have stored it" }).click();

    const { page } = guest;
    await page.goto(link ?? "");
    await heading(page, "Accept the invitation");
    await page.getByLabel("E-mail address").fill(guest.email);
    await page.getByLabel("Your name").fill("Grace");
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Sign up and join" }).click();
    await heading(page, "First steps");

    const nav = page.getByRole("navigation", { name: "Main" });
    expect(await nav.getByRole("link", { name: "Audit log" }).count()).toBe(0);
    expect(await nav.getByRole("link", { name: "Invitations" }).count()).toBe(0);
    for (const list of LISTS) {
      await nav.getByRole("link", { name: list, exact: true }).click();
      await heading(page, list);
      expect(await page.getByRole("link", { name: /^(?:Create|Invite) / }).count(), list).toBe(0);
    }
    await visit(page, "#/wallets", "Wallets");
    await page.getByRole("link", { name: "First wallet" }).click();
    await heading(page, "First wallet");
    expect(await page.getByRole("button", { name: /Freeze|Archive/ }).count()).toBe(0);
    expect(await page.getByRole("link", { name: "Edit" }).count()).toBe(0);
  });
});

describe("signing out", () => {
  it("ends the session itself: neither going back nor a copy of the cookie opens anything", async () => {
    const { page, context } = await browser.owner();
    await visit(page, "#/wallets", "Wallets");
    const cookies = await context.cookies();
    await page.getByLabel(/^Account:/).click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await heading(page, "Sign in");
    await page.goBack();
    await heading(page, "Sign in");
    await context.addCookies(cookies);
    await page.reload();
    await heading(page, "Sign in");
    expect((await context.request.get(`${URL}/v1/me`)).status()).toBe(401);
  });
});

describe("a keyboard", () => {
  it("is enough to sign in and to create a team", async () => {
    const { page, email } = await browser.person();
    await api(owner, "GET", "/v1/me");
    await visit(page, "", "Sign in");
    await tabTo(page, "E-mail address");
    await page.keyboard.type(owner.email);
    await tabTo(page, "Password");
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press("Enter");
    await heading(page, "First steps");
    expect(await focused(page)).toBe("First steps");
    await page.keyboard.press("Home");
    await tabTo(page, "Teams");
    await page.keyboard.press("Enter");
    await heading(page, "Teams");
    expect(await focused(page)).toBe("Teams");
    await tabTo(page, "Create team");
    await page.keyboard.press("Enter");
    await heading(page, "Create a team");
    await tabTo(page, "Name");
    await page.keyboard.type(`By ${email}`);
    await page.keyboard.press("Enter");
    await heading(page, `By ${email}`);
    expect(await page.getByRole("status").first().textContent()).toContain("was created");
  });
});

describe("a window of 360 pixels", () => {
  it("shows every page without scrolling sideways", async () => {
    await makeSandbox(owner);
    const { id } = await makeKey(owner, "A key with quite a long name, for a service with an even longer one");
    await owner.page.setViewportSize({ width: 360, height: 740 });
    const stranger = await browser.person({ width: 360, height: 740 });
    for (const hash of ["#/sign-in", "#/sign-up", "#/invite/aoi_token"]) await fits(stranger, hash);
    const pages = [
      ...["start", "wallets", "keys", "providers", "prices", "teams", "members", "invitations", "audit", "roles"],
      ...["account/password", "account/sessions", "create/wallets", "create/keys", "create/providers", `keys/${id}`],
    ];
    for (const page of pages) await fits(owner, `#/${page}`);
    const { data } = await api(owner, "GET", "/v1/wallets");
    const wallet = JSON.stringify(data).match(/wal_[a-z0-9]+/)?.[0] ?? "";
    await fits(owner, `#/wallets/${wallet}`);
    await owner.page.getByRole("button", { name: "Menu" }).click();
    await owner.page.getByRole("link", { name: "Teams", exact: true }).click();
    await heading(owner.page, "Teams");
    await owner.page.setViewportSize({ width: 1280, height: 800 });
  });
});

async function fits({ page }: Person, hash: string): Promise<void> {
  await page.goto(`${URL}/${hash}`);
  await page.locator("main:not([aria-busy]) h1").waitFor();
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width, hash).toBeLessThanOrEqual(360);
}

/** What the focus is on, by its name or its text. */
const focused = (page: Person["page"]): Promise<string> =>
  page.evaluate(() => {
    const element = document.activeElement;
    const label = element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : null;
    return (label ?? element?.textContent ?? "").trim();
  });

const STOPS_MAX = 60;

/** Presses Tab until the focus is on something of this name. */
async function tabTo(page: Person["page"], name: string): Promise<void> {
  for (let stop = 0; stop < STOPS_MAX; stop += 1) {
    await page.keyboard.press("Tab");
    if ((await focused(page)) === name) return;
  }
  throw new Error(`Tab does not reach "${name}"`);
}
