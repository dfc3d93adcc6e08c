import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FakeUpstream, startFakeUpstream } from "../e2e/support/fake-upstream.ts";
import { api, browserOfFile, choose, heading, type Person, visit } from "./support/people.ts";

const browser = browserOfFile();
let owner: Person;
let receiver: FakeUpstream;
beforeAll(async () => {
  receiver = await startFakeUpstream();
  owner = await browser.owner();
});
afterAll(async () => {
  await receiver.close();
});

describe("the audit log", () => {
  it("shows what was done, before and after, in a drawer that a link opens too", async () => {
    const { page } = owner;
    const { id } = await api(owner, "POST", "/v1/teams", { name: "Old name" });
    await api(owner, "PATCH", `/v1/teams/${String(id)}`, { name: "New name" });
    await visit(page, "/audit", "Audit log");
    const row = page.getByRole("row").nth(1);
    await expect.poll(() => row.textContent()).toContain("Team updated");
    await expect.poll(() => row.textContent()).toContain("Old name → New name");
    await row.getByRole("button", { name: "Team updated" }).click();
    const entry = page.getByRole("dialog", { name: "Team updated" });
    await entry.getByRole("row", { name: "Name Old name New name" }).waitFor();
    await page.reload();
    await entry.getByRole("row", { name: "Name Old name New name" }).waitFor();
    await page.keyboard.press("Escape");
    await entry.waitFor({ state: "detached" });
    expect(page.url()).not.toContain("entry=");
  });

  it("is filtered by what stands in the address", async () => {
    const { page } = owner;
    await visit(page, "/audit?action=team.created", "Audit log");
    await page.getByRole("button", { name: /^Remove the filter Action/ }).waitFor();
    const said = await page.locator("tbody tr").allTextContents();
    expect(said.length).toBeGreaterThan(0);
    expect(said.filter((text) => !text.includes("Team created"))).toEqual([]);
    await visit(page, "/audit?target_id=nothing", "Audit log");
    await page.getByText("No entry fits these filters").waitFor();
  });

  it("verifies, and is saved with a receipt", async () => {
    const { page } = owner;
    await visit(page, "/audit", "Audit log");
    await page.getByRole("button", { name: "Verify now" }).click();
    await page.getByRole("status").getByText("The chain is whole.").waitFor();
    const receipt = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save receipt" }).click();
    expect((await receipt).suggestedFilename()).toBe("audit-receipt.json");
    const file = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export" }).click();
    await page.getByRole("menuitem", { name: /^CSV/ }).click();
    expect((await file).suggestedFilename()).toMatch(/^audit-[\d-]+\.csv$/);
  });
});

describe("a channel", () => {
  it("is made by its kind, tried on its page, and told of what the receiver said", async () => {
    const { page } = owner;
    await visit(page, "/channels/new", "Create a channel");
    await page.getByText("Amazon SES", { exact: true }).click();
    await page.getByLabel("Secret access key", { exact: true }).waitFor();
    await page.getByText("Webhook", { exact: true }).click();
    await page.getByLabel("Name", { exact: true }).fill("On call");
    await page.getByRole("textbox", { name: "URL" }).fill(receiver.url);
    await page.getByLabel("Secret", { exact: true }).fill("a-long-random-text");
    await page.getByRole("button", { name: "Create channel" }).click();
    await heading(page, "On call");

    receiver.play({ status: 500, body: "out of paper" });
    await page.getByRole("button", { name: "Test", exact: true }).click();
    await page.getByRole("status").getByText("It was not taken: it answered with status 500.").waitFor();
    await page.getByText("out of paper").waitFor();
    receiver.play({ body: "" });
    await page.getByRole("button", { name: "Test", exact: true }).click();
    await page
      .getByRole("status")
      .getByText(/^It was taken in .+\.$/)
      .waitFor();
    expect(receiver.requests).toHaveLength(1);

    await page.getByRole("link", { name: "Edit" }).click();
    await heading(page, "Edit “On call”");
    const sent = page.waitForRequest((request) => request.method() === "PATCH");
    await page.getByRole("checkbox", { name: "Bill" }).uncheck();
    await page.getByRole("button", { name: "Save" }).click();
    expect(Object.keys((await sent).postDataJSON())).toEqual(["alert_kinds"]);
    await heading(page, "On call");
  });
});

describe("an alert policy", () => {
  it("begins as it is told without one, and is a ladder that is built by choosing", async () => {
    const { page } = owner;
    await visit(page, "/alert-policies", "Alert policies");
    await page.getByRole("heading", { name: "What holds now" }).waitFor();
    await visit(page, "/alert-policies/new", "Create an alert policy");
    await page.getByLabel("Name", { exact: true }).fill("For everybody");
    await page.getByRole("button", { name: "Remove the step at 95 %" }).click();
    await page.getByRole("button", { name: "Add a step" }).click();
    await page.getByRole("button", { name: "Remove All channels: Told at 120 %" }).click();
    await page.getByRole("button", { name: "Add somebody: Told at 120 %" }).click();
    await page.getByRole("menuitem", { name: /^Admins/ }).click();
    // Who decides about money of their team can be told of requests for it, and of nothing else.
    await page.getByRole("button", { name: "Remove Lead of the giving team: Somebody asks for money" }).click();
    await page.getByRole("button", { name: "Remove Admins: Somebody asks for money" }).click();
    await page.getByRole("button", { name: "Add somebody: Somebody asks for money" }).click();
    await page.getByRole("menuitem", { name: /^Lead of the giving team/ }).click();
    await page.getByRole("button", { name: /^Add somebody: A provider goes down/ }).click();
    const offered = page.getByRole("menu", { name: /A provider goes down/ }).getByRole("menuitem");
    await offered.filter({ hasText: /^Finops/ }).waitFor();
    await expect.poll(() => offered.filter({ hasText: /^Lead of the giving team/ }).count()).toBe(0);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Create alert policy" }).click();
    await heading(page, "For everybody");
    const { data } = await api(owner, "GET", "/v1/alert-policies");
    expect(data).toMatchObject([
      {
        ladder: [
          { percent: 80, recipients: ["team_lead", "channels"] },
          { percent: 100, recipients: ["everyone", "channels"] },
          { percent: 120, recipients: ["admins"] },
        ],
        recipients: { budget_request: ["channels", "giving_team_lead"] },
      },
    ]);
    await visit(page, "/alert-policies", "Alert policies");
    await page.getByRole("row", { name: /80, 100, 120 %/ }).waitFor();
    await expect.poll(() => page.getByRole("heading", { name: "What holds now" }).count()).toBe(0);
  });
});

describe("a digest", () => {
  it("is made for an hour of one's own day, and says when it comes next", async () => {
    const { page } = owner;
    await visit(page, "/digests/new", "Create a digest");
    await page.getByLabel("Name", { exact: true }).fill("Yesterday");
    await choose(page, "Hour", "07:00");
    await page.getByRole("button", { name: "Add somebody: Recipients" }).click();
    await page.getByRole("menuitem", { name: /^Finops/ }).click();
    await page.getByRole("button", { name: "Create digest" }).click();
    await heading(page, "Yesterday");
    await page.getByText(/07:00 in .+, about the day before/).waitFor();
    const { data } = await api(owner, "GET", "/v1/digests");
    const time_zone = await page.evaluate(() => Intl.DateTimeFormat().resolvedOptions().timeZone);
    expect(data).toMatchObject([{ hour: 7, time_zone, recipients: ["finops"] }]);
  });
});

describe("the settings", () => {
  it("of a part are saved by themselves, and the name is everywhere at once", async () => {
    const { page } = owner;
    await visit(page, "/settings", "Organisation");
    const general = page.getByRole("region", { name: "General" });
    const sent = page.waitForRequest((request) => request.method() === "PATCH");
    await page
      .getByRole("region", { name: "Retries and deadlines" })
      .getByLabel(/^Retries/)
      .fill("7");
    await general.getByLabel("Name").fill("Renamed");
    await general.getByRole("button", { name: "Save" }).click();
    expect((await sent).postDataJSON()).toEqual({ name: "Renamed" });
    await page.getByRole("button", { name: "Organisation: Renamed" }).waitFor();
    expect(
      await page
        .getByRole("region", { name: "Retries and deadlines" })
        .getByLabel(/^Retries/)
        .inputValue(),
    ).toBe("7");
  });

  it("replace the data key only after asking", async () => {
    const { page } = owner;
    await visit(page, "/settings", "Organisation");
    await page.getByRole("button", { name: "Replace the data key" }).click();
    const question = page.getByRole("dialog", { name: "Replace the data key of “Renamed”?" });
    await question.getByRole("button", { name: "Replace", exact: true }).click();
    await page
      .getByText(/sealed anew\.$/)
      .first()
      .waitFor();
  });
});
