import { beforeAll, describe, expect, it } from "vitest";
import { api, browserOfFile, heading, type Person, visit } from "./support/people.ts";

/** What forms and lists that are drawn from a resource's metadata do, whatever the resource. */

const browser = browserOfFile();
let owner: Person;
beforeAll(async () => {
  owner = await browser.owner();
});

describe("a change", () => {
  it("sends what was changed alone, and for what was read", async () => {
    const { page } = owner;
    const body = { name: "Daily", hour: 8, time_zone: "UTC", recipients: ["finops"] };
    const { id } = await api(owner, "POST", "/v1/digests", body);
    await visit(page, `/digests/${String(id)}/edit`, "Edit “Daily”");
    const sent = page.waitForRequest((request) => request.method() === "PATCH");
    await page.getByLabel("Name").fill("Every day");
    await page.getByRole("button", { name: "Save" }).click();
    expect((await sent).postDataJSON()).toEqual({ name: "Every day" });
    expect((await sent).headers()["if-match"]).toMatch(/^"\d+"$/);
    await heading(page, "Every day");
  });

  it("of what somebody else changed meanwhile is not made, and what it is now can be loaded", async () => {
    const { page } = owner;
    const body = { name: "Before", hour: 8, time_zone: "UTC", recipients: ["finops"] };
    const { id } = await api(owner, "POST", "/v1/digests", body);
    await visit(page, `/digests/${String(id)}/edit`, "Edit “Before”");
    await api(owner, "PATCH", `/v1/digests/${String(id)}`, { name: "Theirs" });
    await page.getByLabel("Name").fill("Mine");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("alert").getByText("Somebody else changed it").waitFor();
    expect((await api(owner, "GET", `/v1/digests/${String(id)}`)).name).toBe("Theirs");
    await page.getByRole("button", { name: "Load what it is now" }).click();
    await heading(page, "Edit “Theirs”");
    await expect.poll(() => page.getByLabel("Name").inputValue()).toBe("Theirs");
  });

  it("that the API refuses says why at the field", async () => {
    const { page } = owner;
    await visit(page, "/channels/new", "Create a channel");
    await page.getByText("Webhook", { exact: true }).click();
    await page.getByLabel("Name", { exact: true }).fill("Short");
    await page.getByRole("textbox", { name: "URL" }).fill("no address");
    await page.getByLabel("Secret", { exact: true }).fill("a-long-random-text");
    await page.getByRole("button", { name: "Create channel" }).click();
    await page.locator("[aria-invalid=true]").first().waitFor();
    await expect.poll(() => page.getByRole("textbox", { name: "URL" }).getAttribute("aria-invalid")).toBe("true");
    await expect.poll(() => page.getByLabel("Name", { exact: true }).inputValue()).toBe("Short");
  });
});

describe("a list", () => {
  it("is sorted and filtered by what the API offers, and the address says how", async () => {
    const { page } = owner;
    const body = { hour: 8, time_zone: "UTC", recipients: ["finops"] };
    for (const name of ["sorted c", "sorted a", "sorted b"]) {
      await api(owner, "POST", "/v1/digests", { ...body, name, enabled: name === "sorted b" });
    }
    await visit(page, "/digests?sort=name&enabled=false", "Digests");
    const names = async () => (await page.locator("tbody tr").allTextContents()).map((text) => text.slice(0, 8));
    await expect.poll(() => names()).toEqual(["sorted a", "sorted c"]);
    await page.getByRole("button", { name: /^Name/ }).click();
    await page.locator('th[aria-sort="descending"]').waitFor();
    expect(new URL(page.url()).searchParams.get("sort")).toBe("-name");
    await page.getByRole("button", { name: /^Remove the filter Enabled/ }).click();
    await page.getByRole("row", { name: /sorted b/ }).waitFor();
    expect(new URL(page.url()).searchParams.get("enabled")).toBeNull();
  });
});
