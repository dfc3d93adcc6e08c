import type { Request } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { axeProblems } from "./support/axe.ts";
import {
  api,
  browserOfFile,
  choose,
  firstWallet,
  heading,
  joined,
  makeKey,
  makeSandbox,
  type Person,
  request,
  URL,
  visit,
} from "./support/people.ts";
import { sidewaysScroll } from "./support/screenshots.ts";

const browser = browserOfFile();
let owner: Person;
let wallet: string;
beforeAll(async () => {
  owner = await browser.owner();
  await makeSandbox(owner);
  wallet = await firstWallet(owner);
});

const isPatch = (sent: Request): boolean => sent.method() === "PATCH";

describe("wallets", () => {
  it("are a tree that arrows walk, close and open, and Enter follows", async () => {
    const { page } = owner;
    const made = { name: "Below", limit_usd: "5", parent_id: wallet };
    await api(owner, "POST", "/v1/wallets", made);
    await visit(page, "/wallets", "Wallets");
    const tree = page.getByRole("treegrid", { name: "Wallets" });
    const below = tree.getByRole("row", { name: /Below/ });
    await expect.poll(() => below.getAttribute("aria-level")).toBe("2");
    const top = tree.getByRole("row", { name: /First wallet/ });
    await top.focus();
    await page.keyboard.press("ArrowLeft");
    await below.waitFor({ state: "detached" });
    await expect.poll(() => top.getAttribute("aria-expanded")).toBe("false");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await heading(page, "Below");
    const crumbs = page.getByRole("navigation", { name: "Breadcrumbs" });
    await expect.poll(() => crumbs.getByRole("link").allTextContents()).toEqual(["Wallets", "First wallet"]);
  });

  it("are searched with what stands above what was found, and the address keeps it", async () => {
    const { page } = owner;
    await visit(page, "/wallets", "Wallets");
    await page.getByRole("searchbox", { name: "Search wallets" }).fill("belo");
    await page.getByRole("row", { name: /Below/ }).waitFor();
    await page.getByRole("row", { name: /First wallet/ }).waitFor();
    expect(new globalThis.URL(page.url()).searchParams.get("q")).toBe("belo");
  });

  it("are changed by what was changed alone, and for what was read", async () => {
    const { page } = owner;
    await visit(page, `/wallets/${wallet}`, "First wallet");
    await page.getByRole("link", { name: "Edit" }).click();
    await heading(page, "Edit “First wallet”");
    const sent = page.waitForRequest(isPatch);
    await page.getByLabel("Limit", { exact: false }).first().fill("12.5");
    await page.getByRole("button", { name: "Save" }).click();
    expect((await sent).postDataJSON()).toEqual({ limit_usd: "12.5" });
    expect((await sent).headers()["if-match"]).toMatch(/^"\d+"$/);
    await heading(page, "First wallet");
    await page.getByText("$12.50").first().waitFor();
  });

  it("are topped up once something sensible was typed, and the ledger tells of it", async () => {
    const { page } = owner;
    await visit(page, `/wallets/${wallet}`, "First wallet");
    await page.getByRole("button", { name: "Top up" }).click();
    const dialog = page.getByRole("dialog", { name: /Top up/ });
    const amount = dialog.getByLabel("Amount in US dollars");
    await amount.fill("much");
    await dialog.getByRole("button", { name: "Top up" }).click();
    await expect.poll(() => amount.getAttribute("aria-invalid")).toBe("true");
    await expect.poll(() => amount.inputValue()).toBe("much");
    await amount.fill("2.50");
    await dialog.getByLabel("Reason").fill("Purchase order 4711");
    await dialog.getByRole("button", { name: "Top up" }).click();
    await dialog.waitFor({ state: "detached" });
    await page.getByRole("tab", { name: "Ledger" }).click();
    const row = page.getByRole("row", { name: /Top-up/ });
    await expect.poll(() => row.textContent()).toContain("$2.50");
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export CSV" }).click();
    expect((await download).suggestedFilename()).toMatch(/^ledger-wal_.*\.csv$/);
    await row.getByRole("link").click();
    await page.getByText("Purchase order 4711").waitFor();
  });

  it("that are frozen refuse their keys' requests until they are unfrozen", async () => {
    const { page } = owner;
    const { key } = await makeKey(owner, "Frozen out");
    await visit(page, `/wallets/${wallet}`, "First wallet");
    await page.getByRole("button", { name: "Freeze" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Freeze" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Unfreeze" }).waitFor();
    expect(await request(key)).toBe(403);
    await page.getByRole("button", { name: "Unfreeze" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Unfreeze" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Freeze", exact: true }).waitFor();
    expect(await request(key)).toBe(200);
  });
});

describe("money that somebody asks for", () => {
  it("is not approved by themselves, and moves when somebody else approves it", async () => {
    const other = await joined(browser, owner, "admin");
    const { id } = await api(owner, "POST", "/v1/wallets", { name: "Launch", limit_usd: "1" });
    await visit(other.page, `/wallets/${String(id)}`, "Launch");
    await other.page.getByRole("button", { name: "Request money" }).click();
    const dialog = other.page.getByRole("dialog", { name: "Request money" });
    await dialog.getByLabel("From").fill("First");
    await other.page.getByRole("option", { name: "First wallet" }).click();
    await dialog.getByLabel("Amount in US dollars").fill("3");
    await dialog.getByLabel("What for").fill("The launch");
    await dialog.getByRole("button", { name: "Request it" }).click();
    await dialog.waitFor({ state: "detached" });

    await visit(other.page, "/transfers", "Transfers & requests");
    const own = other.page.getByRole("listitem").filter({ hasText: "The launch" });
    await own.getByRole("button", { name: "Take back" }).waitFor();
    await expect.poll(() => own.getByRole("button", { name: "Approve" }).count()).toBe(0);

    const { page } = owner;
    await visit(page, "/transfers", "Transfers & requests");
    const waiting = page.getByRole("listitem").filter({ hasText: "The launch" });
    await waiting.getByRole("button", { name: "Approve" }).click();
    const question = page.getByRole("dialog", { name: "Approve $3.00 from “First wallet” to “Launch”?" });
    await question.getByRole("button", { name: "Approve" }).click();
    await page.getByText("Nothing waits.").waitFor();
    await page.getByRole("row", { name: /Launch.*\$3\.00.*Done/ }).waitFor();
    expect((await api(owner, "GET", `/v1/wallets/${String(id)}`)).available_usd).toBe("4.000000000");
  });

  it("is taken back by who asked for it, also by who may not decide", async () => {
    const other = await joined(browser, owner, "member");
    const { id: launch } = await api(owner, "POST", "/v1/wallets", { name: "Regretted", limit_usd: "1" });
    const asked = { from_wallet_id: wallet, to_wallet_id: launch, amount_usd: "2" };
    const { id } = await api(other, "POST", "/v1/wallet/transfers", { ...asked, reason: "A whim" });
    await api(other, "POST", "/v1/wallet/transfers", { ...asked, reason: "Another whim" });
    const { page } = other;
    await visit(page, "/transfers", "Transfers & requests");
    const own = page.getByRole("listitem").filter({ hasText: "Another whim" });
    await own.getByRole("button", { name: "Take back" }).click();
    const question = page.getByRole("dialog", { name: "Take back $2.00 from “First wallet” to “Regretted”?" });
    await question.getByRole("button", { name: "Cancel" }).click();
    await question.waitFor({ state: "detached" });
    await own.getByRole("button", { name: "Take back" }).click();
    await question.getByRole("button", { name: "Take back" }).click();
    await own.waitFor({ state: "detached" });
    await page.getByRole("row", { name: /Another whim.*Cancelled/i }).waitFor();

    await page.goto(`${URL}/transfers/${String(id)}`);
    await page.getByRole("button", { name: "Take back" }).click();
    await question.getByRole("button", { name: "Take back" }).click();
    await page.getByText("Cancelled", { exact: true }).first().waitFor();
    await expect.poll(() => page.getByRole("button", { name: "Take back" }).count()).toBe(0);
    expect((await api(owner, "GET", `/v1/wallets/${String(launch)}`)).available_usd).toBe("1.000000000");
  });

  it("may be refused with a reason that whoever asked can read", async () => {
    const other = await joined(browser, owner, "admin");
    const { data } = await api(owner, "GET", "/v1/wallets?name=Launch");
    const launch = JSON.stringify(data).match(/wal_[a-z0-9]+/)?.[0] ?? "";
    const asked = { from_wallet_id: wallet, to_wallet_id: launch, amount_usd: "1", reason: "A party" };
    const { id } = await api(other, "POST", "/v1/wallet/transfers", asked);
    await visit(owner.page, "/transfers", "Transfers & requests");
    const waiting = owner.page.getByRole("listitem").filter({ hasText: "A party" });
    await waiting.getByRole("button", { name: "Reject" }).click();
    await owner.page.getByLabel("Why").fill("Not in this quarter");
    await owner.page.getByRole("dialog").getByRole("button", { name: "Reject" }).click();
    await waiting.waitFor({ state: "detached" });
    await other.page.goto(`${URL}/transfers/${String(id)}`);
    await other.page.getByText("Not in this quarter").waitFor();
  });
});

describe("a key", () => {
  it("that is revoked opens nothing from then on", async () => {
    const { page } = owner;
    const { id, key } = await makeKey(owner, "Leaked");
    expect(await request(key)).toBe(200);
    await visit(page, `/keys/${id}`, "Leaked");
    await page.getByRole("button", { name: "Revoke" }).click();
    const question = page.getByRole("dialog", { name: "Revoke the API key “Leaked”?" });
    await question.getByRole("button", { name: "Cancel" }).click();
    await question.waitFor({ state: "detached" });
    expect(await request(key)).toBe(200);
    await page.getByRole("button", { name: "Revoke" }).click();
    await question.getByRole("button", { name: "Revoke" }).click();
    await heading(page, "API keys");
    await page.getByRole("link", { name: "show all" }).click();
    await page.getByRole("row", { name: /Leaked.*Revoked/ }).waitFor();
    expect(await request(key)).toBe(401);
  });

  it("that is rotated without an overlap is replaced at once by the one that is shown", async () => {
    const { page } = owner;
    const { id, key } = await makeKey(owner, "Rotating");
    await visit(page, `/keys/${id}`, "Rotating");
    await page.getByRole("button", { name: "Rotate" }).click();
    await choose(page, "The old key works on for", "Not at all: it is revoked at once");
    await page.getByRole("dialog").getByRole("button", { name: "Rotate" }).click();
    const shown = page.getByRole("dialog", { name: "Your new key" });
    const next = (await shown.getByLabel("The key", { exact: true }).textContent()) ?? "";
    await shown.getByRole("button", { name: "I have stored it" }).click();
    expect(await request(key)).toBe(401);
    expect(await request(next)).toBe(200);
  });

  it("is given single permissions by ticking them", async () => {
    const { page } = owner;
    const { id } = await makeKey(owner, "Reader");
    await visit(page, `/keys/${id}/edit`, "Edit “Reader”");
    await page.getByText("Choose each", { exact: true }).click();
    const group = page.getByRole("group", { name: "Wallets", exact: true });
    await group.getByLabel("read").check();
    await page.getByRole("button", { name: "Save" }).click();
    await heading(page, "Reader");
    expect((await api(owner, "GET", `/v1/keys/${id}`)).scopes).toEqual(["inference", "wallets:read"]);
  });
});

describe("a page of one", () => {
  it("breaks no rule of WCAG in either theme, and needs no sideways scrolling at 375 pixels", async () => {
    const { page } = owner;
    const key = await makeKey(owner, "Looked at");
    const team = await api(owner, "POST", "/v1/teams", { name: "Looked at, too" });
    const pages = [
      [`/wallets/${wallet}`, "First wallet"],
      [`/wallets/${wallet}?tab=ledger`, "First wallet"],
      [`/keys/${key.id}`, "Looked at"],
      [`/teams/${String(team.id)}`, "Looked at, too"],
      ["/transfers?request=new", "Transfers & requests"],
    ] as const;
    for (const [path, title] of pages) {
      await page.setViewportSize({ width: 1280, height: 800 });
      // A dialog hides the heading behind it.
      if (path.includes("request=")) await page.goto(`${URL}${path}`);
      else await visit(page, path, title);
      if (path.includes("request=")) await page.getByRole("dialog", { name: "Request money" }).waitFor();
      expect(await axeProblems(page, "light"), path).toEqual([]);
      expect(await axeProblems(page, "dark"), path).toEqual([]);
      await page.setViewportSize({ width: 375, height: 812 });
      expect(await sidewaysScroll(page), path).toBe(0);
    }
    await page.setViewportSize({ width: 1280, height: 800 });
  });
});

describe("people", () => {
  it("are put into a team and made its lead on its page", async () => {
    const { page } = owner;
    const guest = await joined(browser, owner, "member");
    const { id } = await api(owner, "POST", "/v1/teams", { name: "Search" });
    await visit(page, `/teams/${String(id)}`, "Search");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Add to the team" });
    await dialog.getByLabel("Who").fill(guest.email);
    await page.getByRole("option", { name: guest.email }).click();
    await dialog.getByRole("button", { name: "Add" }).click();
    await dialog.waitFor({ state: "detached" });
    await choose(page, `Role of Grace (${guest.email})`, "Lead");
    await page.getByText("is a lead now").waitFor();
    await visit(page, "/teams", "Teams");
    await page.getByRole("row", { name: /Search.*led by Grace/ }).waitFor();
  });

  it("see in the matrix of roles which is theirs, and as viewers find nothing to change", async () => {
    const { page } = await joined(browser, owner, "viewer");
    await page.goto(`${URL}/roles`);
    await heading(page, "Roles");
    await page.getByRole("columnheader", { name: /Viewer Yours/ }).waitFor();
    await visit(page, "/wallets", "Wallets");
    await expect.poll(() => page.getByRole("link", { name: /^Create / }).count()).toBe(0);
    await visit(page, `/wallets/${wallet}`, "First wallet");
    await expect.poll(() => page.getByRole("button", { name: /Freeze|Archive|Top up|Request money/ }).count()).toBe(0);
    await expect.poll(() => page.getByRole("link", { name: "Edit" }).count()).toBe(0);
  });
});
