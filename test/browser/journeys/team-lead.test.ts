import { expect, it } from "vitest";
import { browserOfFile, heading, joined, URL, visit } from "../support/people.ts";
import { availableIn, JOURNEY_MS, make } from "./support.ts";

const browser = browserOfFile();

it("who leads a team sees how its wallet is, approves what was asked of it, and the asker sees the money", {
  timeout: JOURNEY_MS,
}, async () => {
  const owner = await browser.owner();
  const team_id = await make(owner, "/v1/teams", { name: "Search" });
  const wallet = await make(owner, "/v1/wallets", { name: "Search", limit_usd: "20", team_id });
  const launch = await make(owner, "/v1/wallets", { name: "Launch", limit_usd: "1" });
  const lead = await joined(browser, owner, "member", { team_id, team_role: "lead" });
  const asker = await joined(browser, owner, "member");

  await visit(asker.page, `/wallets/${launch}`, "Launch");
  await asker.page.getByRole("button", { name: "Request money" }).click();
  const form = asker.page.getByRole("dialog", { name: "Request money" });
  await form.getByLabel("From").fill("Sear");
  await asker.page.getByRole("option", { name: "Search" }).click();
  await form.getByLabel("Amount in US dollars").fill("5.5");
  await form.getByLabel("What for").fill("Launch week");
  await form.getByRole("button", { name: "Request it" }).click();
  await form.waitFor({ state: "detached" });
  // What the organisation's own wallets give is not for a lead to decide.
  const pool = await make(owner, "/v1/wallets", { name: "Pool", limit_usd: "50" });
  const other = { from_wallet_id: pool, to_wallet_id: launch, amount_usd: "9", reason: "Another one" };
  await make(asker, "/v1/wallet/transfers", other);

  const { page } = lead;
  await page.goto(URL);
  await heading(page, "Overview");
  const wallets = page
    .locator("section")
    .filter({ has: page.getByRole("heading", { name: "Who is about to run out" }) });
  const own = wallets.getByRole("listitem").first();
  await expect.poll(() => own.innerText()).toMatch(/^Search\nYours\n\$20\.00 left\n\$0\.00 of \$20\.00/);
  const asks = page.getByRole("link", { name: /asks for/ });
  await expect
    .poll(() => asks.allInnerTexts())
    .toEqual([
      `${asker.email} asks for $5.50, you may decide: Launch week`,
      `${asker.email} asks for $9.00: Another one`,
    ]);
  await asks.first().click();
  await page.getByRole("button", { name: "Approve" }).click();
  const question = page.getByRole("dialog", { name: "Approve $5.50 from “Search” to “Launch”?" });
  for (const after of ["$14.50", "$6.50"]) await question.getByText(after).waitFor();
  await expect
    .poll(() => question.locator("dl > div").allInnerTexts())
    .toEqual(["Search\n$20.00 now, then $14.50", "Launch\n$1.00 now, then $6.50"]);
  await question.getByRole("button", { name: "Approve" }).click();
  await question.waitFor({ state: "detached" });
  await page.getByText("Done", { exact: true }).first().waitFor();
  expect(await availableIn(page, wallet, "Search")).toBe("$14.50");
  await expect.poll(() => page.getByRole("button", { name: /^(?:Top up|Freeze)$/ }).count()).toBe(0);
  expect(await availableIn(page, launch, "Launch")).toBe("$6.50");

  await visit(page, "/transfers", "Transfers & requests");
  const waiting = page.getByRole("listitem").filter({ hasText: "Another one" });
  await waiting.waitFor();
  await expect.poll(() => waiting.getByRole("button", { name: "Approve" }).count()).toBe(0);

  await visit(asker.page, "/transfers", "Transfers & requests");
  const history = asker.page.getByRole("table", { name: "Transfers" });
  const done = await history.getByRole("row").filter({ hasText: "Launch week" }).innerText();
  expect(done).toContain("$5.50");
  expect(done).toContain("Done");
  expect(done).toContain(lead.email);
  expect(await availableIn(asker.page, launch, "Launch")).toBe("$6.50");
});
