import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FakeUpstream, startFakeUpstream } from "../e2e/support/fake-upstream.ts";
import { eventually } from "../e2e/support/money.ts";
import { serviceAccountKey } from "../service-account-key.ts";
import { api, browserOfFile, heading, makeSandbox, type Person, visit } from "./support/people.ts";

const browser = browserOfFile();
let owner: Person;
let upstream: FakeUpstream;
beforeAll(async () => {
  upstream = await startFakeUpstream();
  owner = await browser.owner();
});
afterAll(async () => {
  await upstream.close();
});

const PRICE = { input_usd_per_million: "1", output_usd_per_million: "2" };

/** A server of one's own with one model that has a price. */
const makeServer = (id: string): Promise<unknown> =>
  api(owner, "POST", "/v1/providers", {
    id,
    kind: "vllm",
    base_url: `${upstream.url}/v1`,
    models: [{ id: "old", price: PRICE }],
  });

/** Waits until a provider is so by its monitor, which begins to look at it with the first question. */
const isBy = (id: string, state: string): Promise<unknown> =>
  eventually(
    () => api(owner, "GET", `/v1/providers/${id}/health`),
    (health) => health.state === state,
  );

describe("the list of providers", () => {
  it("says what to do while it is empty", async () => {
    const { page } = owner;
    await visit(page, "/providers", "Providers");
    await page.getByText("There is no provider yet").waitFor();
    await page.getByRole("link", { name: "Create provider" }).last().click();
    await heading(page, "Create a provider");
  });

  it("shows how each is in a word, and why", async () => {
    const { page } = owner;
    await makeSandbox(owner);
    upstream.list(null);
    await makeServer("failing");
    await makeServer("switched-off");
    await api(owner, "PATCH", "/v1/providers/switched-off", { enabled: false });
    await Promise.all([isBy("sandbox", "healthy"), isBy("failing", "degraded")]);
    await visit(page, "/providers", "Providers");
    const card = (name: string) =>
      page.getByRole("list", { name: "Providers" }).getByRole("listitem").filter({ hasText: name });
    await card("Sandbox").getByText("Healthy").waitFor();
    await card("Sandbox").getByText("No failure was seen.").waitFor();
    await card("failing").getByText("Degraded").waitFor();
    await card("failing")
      .getByText(/^Last failure: /)
      .waitFor();
    await card("switched-off").getByText("Disabled").waitFor();
  });
});

describe("the page of a provider", () => {
  it("takes over its list of models, and marks what is new, has vanished or has no price", async () => {
    const { page } = owner;
    upstream.list(["old", "dear"]);
    await makeServer("own");
    await isBy("own", "healthy");
    await visit(page, "/providers/own", "own");
    await page.getByRole("button", { name: "Sync models" }).click();
    await page
      .getByText(/^It lists 2 models: .* 1 without a price\.$/)
      .first()
      .waitFor();
    const models = page.getByRole("table", { name: "Models that it lists" });
    await models.getByRole("row", { name: /^old Priced/ }).waitFor();
    await models.getByRole("row", { name: /^dear Unpriced/ }).waitFor();
    await expect.poll(() => models.getByText("New", { exact: true }).count()).toBe(0);

    upstream.list(["dear", "newer"]);
    await page.getByRole("button", { name: "Sync models" }).click();
    await page.getByText("It lists 2 models: 1 new, 1 vanished, 2 without a price.").first().waitFor();
    await models.getByRole("row", { name: /^newer .*Unpriced .*New/ }).waitFor();
    await models.getByRole("row", { name: /^old Vanished/ }).waitFor();

    upstream.list(null);
    await page.getByRole("button", { name: "Sync models" }).click();
    await page
      .getByText(/^Its list could not be read/)
      .first()
      .waitFor();
    await models.getByRole("row", { name: /^newer / }).waitFor();
  });

  it("tries whether it works, and says what it cost or what is wrong", async () => {
    const { page } = owner;
    await visit(page, "/providers/own", "own");
    upstream.play({
      body: JSON.stringify({
        id: "c",
        object: "chat.completion",
        created: 1,
        model: "old",
        choices: [{ index: 0, message: { role: "assistant", content: "ok" }, finish_reason: "stop" }],
        usage: { prompt_tokens: 10, completion_tokens: 1, total_tokens: 11 },
      }),
    });
    await page.getByRole("button", { name: "Test", exact: true }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Send the call" }).click();
    await dialog.getByText(/^It works: own\/old answered in \d+ ms for \$0\.000012\.$/).waitFor();
    upstream.play({ status: 401, body: '{"error":{"message":"no such key"}}' });
    await dialog.getByRole("button", { name: "Send it again" }).click();
    const failed = dialog.getByRole("alert");
    await failed.getByText("It does not work.").waitFor();
    await expect.poll(() => failed.locator("code").textContent()).toBe("upstream_auth_failed");
  });

  it("asks before it is disabled, and says what that means", async () => {
    const { page } = owner;
    await visit(page, "/providers/own", "own");
    await page.getByRole("button", { name: "Disable", exact: true }).click();
    await page
      .getByRole("dialog", { name: "Disable the provider “own”?" })
      .getByRole("button", { name: "Disable" })
      .click();
    // The dialog says the next verb while it closes.
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Enable", exact: true }).waitFor();
    expect(await api(owner, "GET", "/v1/providers/own")).toMatchObject({ enabled: false });
  });
});

describe("the form of a provider", () => {
  const choose = async (page: Page, kind: string): Promise<void> => {
    await visit(page, "/providers/new", "Create a provider");
    await page.getByRole("radio", { name: kind, exact: true }).check({ force: true });
    await page.getByLabel("Base URL").fill(upstream.url);
  };

  it("of Vertex AI takes a key of many lines, says what is wrong at its field, and keeps what was typed", async () => {
    const { page } = owner;
    await choose(page, "Google Vertex AI");
    const key = page.getByLabel("Service account key (JSON)");
    const region = page.getByRole("group", { name: "Settings of its kind" }).getByLabel("Region");
    const create = page.getByRole("button", { name: "Create provider" });
    await expect.poll(() => key.evaluate((element) => element.tagName)).toBe("TEXTAREA");
    await create.click();
    await page.getByText("The Service account key (JSON) is missing.").waitFor();
    await expect
      .poll(async () => [await key.getAttribute("aria-invalid"), await focusedIs(key)])
      .toEqual(["true", true]);

    await key.fill("{ half of\nit");
    await region.fill("somewhere/else");
    await create.click();
    await page.getByText("It must be a location of Vertex AI such as europe-west4, eu or global.").waitFor();
    await expect
      .poll(async () => [await region.getAttribute("aria-invalid"), await focusedIs(region)])
      .toEqual(["true", true]);
    await region.fill("europe-west4");
    await create.click();
    await page
      .getByText(/is not a JSON object\. Make a JSON key for a service account/)
      .first()
      .waitFor();
    await expect
      .poll(async () => [await key.inputValue(), await region.inputValue()])
      .toEqual(["{ half of\nit", "europe-west4"]);
    await expect
      .poll(async () => [await key.getAttribute("aria-invalid"), await focusedIs(key)])
      .toEqual(["true", true]);

    await key.fill(serviceAccountKey());
    await create.click();
    await heading(page, "vertex");
    const made = await api(owner, "GET", "/v1/providers/vertex");
    expect(made).toMatchObject({ has_credential: true, settings: { region: "europe-west4" } });

    await visit(page, "/providers/vertex/edit", "Edit “vertex”");
    await expect.poll(async () => [await key.inputValue(), await region.inputValue()]).toEqual(["", "europe-west4"]);
    await region.fill("");
    await page.getByRole("button", { name: "Save" }).click();
    await heading(page, "vertex");
    expect(await api(owner, "GET", "/v1/providers/vertex")).toMatchObject({ has_credential: true, settings: null });
  });

  it("of Amazon Bedrock asks for one way in, whole", async () => {
    const { page } = owner;
    await choose(page, "Amazon Bedrock");
    const create = page.getByRole("button", { name: "Create provider" });
    await page.getByLabel("AWS region").fill("eu-central-1");
    await page.getByLabel("Access key id", { exact: false }).first().fill("AKIAEXAMPLE");
    await create.click();
    const credential = page.getByRole("group", { name: "Credential" });
    await credential
      .getByRole("alert")
      .getByText(/^Give either API key, or Access key id and Secret access key/)
      .waitFor();
    await credential.locator("input").nth(2).fill("secret");
    await create.click();
    await heading(page, "bedrock");
    const made = await api(owner, "GET", "/v1/providers/bedrock");
    expect(made).toMatchObject({ has_credential: true, settings: { aws_region: "eu-central-1" } });
  });
});

const focusedIs = (input: Locator): Promise<boolean> => input.evaluate((element) => element === document.activeElement);
