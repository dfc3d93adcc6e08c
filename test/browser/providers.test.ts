import type { Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type FakeUpstream, startFakeUpstream } from "../e2e/support/fake-upstream.ts";
import { eventually } from "../e2e/support/money.ts";
import { serviceAccountKey } from "../service-account-key.ts";
import { api, heading, makeSandbox, openBrowser, type Person, type TestBrowser, visit } from "./support/people.ts";

let browser: TestBrowser;
let owner: Person;
let upstream: FakeUpstream;
beforeAll(async () => {
  [browser, upstream] = await Promise.all([openBrowser(), startFakeUpstream()]);
  owner = await browser.owner();
});
afterEach(() => {
  expect(browser.complaints).toEqual([]);
});
afterAll(async () => {
  await browser.close();
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

const SIZES = { wide: { width: 1280, height: 800 }, phone: { width: 375, height: 740 } } as const;

/** How much an element's text differs from what is behind it, 1 to 21. */
const contrast = (mark: Locator): Promise<number> =>
  mark.evaluate((element) => {
    const light = (color: string): number => {
      const [r = 0, g = 0, b = 0] = (color.match(/[\d.]+/g) ?? []).slice(0, 3).map((part) => {
        const share = Number(part) / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const { color, backgroundColor } = getComputedStyle(element);
    const [less = 0, more = 0] = [light(color), light(backgroundColor)].sort((a, b) => a - b);
    return (more + 0.05) / (less + 0.05);
  });

describe("the list of providers", () => {
  it("says what to do while it is empty", async () => {
    const { page } = owner;
    await visit(page, "#/providers", "Providers");
    const empty = page.locator(".empty");
    await empty.getByText("There is no provider yet.").waitFor();
    expect(await empty.getByRole("listitem").count()).toBeGreaterThan(2);
    await empty.getByRole("link", { name: "Create provider" }).click();
    await heading(page, "Create a provider");
  });

  it("shows how each is in a word, and to the pointer and the keyboard since when and why", async () => {
    const { page } = owner;
    await makeSandbox(owner);
    upstream.list(null);
    await makeServer("failing");
    await makeServer("switched-off");
    await api(owner, "PATCH", "/v1/providers/switched-off", { enabled: false });
    await Promise.all([isBy("sandbox", "healthy"), isBy("failing", "degraded")]);
    await visit(page, "#/providers", "Providers");
    const health = (id: string) => page.getByRole("row", { name: new RegExp(`^${id}`) }).getByRole("button");
    await health("sandbox").getByText("Healthy").waitFor();
    await health("failing").getByText("Degraded").waitFor();
    await health("switched-off").getByText("Disabled").waitFor();

    const said = page.getByRole("tooltip").filter({ visible: true });
    await health("failing").focus();
    await said.getByText(/^Since: /).waitFor();
    await said.getByText(/^Last failure: overloaded|^Last failure: failed/).waitFor();
    await page.keyboard.press("Escape");
    await said.waitFor({ state: "hidden" });
    await health("sandbox").hover();
    await said.getByText("No failure was seen.").waitFor();
    await page.mouse.move(0, 0);
    await said.waitFor({ state: "hidden" });
  });

  it("is readable in both themes, and on a phone", async () => {
    const { page } = owner;
    await visit(page, "#/providers", "Providers");
    const marks = page.locator("button.health");
    await eventually(
      () => marks.count(),
      (count) => count === 3,
    );
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      for (const mark of await marks.all()) expect(await contrast(mark), colorScheme).toBeGreaterThan(4.5);
    }
    await page.emulateMedia({ colorScheme: null });
    await page.setViewportSize(SIZES.phone);
    await marks.first().focus();
    const tooltip = await page.getByRole("tooltip").filter({ visible: true }).boundingBox();
    expect([(tooltip?.x ?? -1) >= 0, (tooltip?.x ?? 0) + (tooltip?.width ?? 0) <= 375]).toEqual([true, true]);
    expect(await widthOf(page)).toBeLessThanOrEqual(375);
    await page.setViewportSize(SIZES.wide);
  });
});

const widthOf = (page: Page): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth);

describe("the page of a provider", () => {
  it("takes over its list of models, and marks what is new, has vanished or has no price", async () => {
    const { page } = owner;
    upstream.list(["old", "dear"]);
    await makeServer("own");
    await isBy("own", "healthy");
    await visit(page, "#/providers/own", "own");
    await page.locator(".facts").getByText("Healthy").waitFor();
    await page.getByRole("button", { name: "Sync models" }).click();
    await page
      .getByRole("status")
      .getByText(/^It lists 2 models: .* 1 without a price\.$/)
      .waitFor();
    const models = page.getByRole("table", { name: "Models that the provider lists" });
    await models.getByRole("row", { name: /^old ✓? ?Priced/ }).waitFor();
    await models.getByRole("row", { name: /^dear ▲? ?Unpriced/ }).waitFor();
    expect(await models.getByText("New", { exact: false }).count()).toBe(0);

    upstream.list(["dear", "newer"]);
    await page.getByRole("button", { name: "Sync models" }).click();
    await page.getByRole("status").getByText("It lists 2 models: 1 new, 1 vanished, 2 without a price.").waitFor();
    await models.getByRole("row", { name: /^newer .*Unpriced .*New/ }).waitFor();
    await models.getByRole("row", { name: /^old .*Vanished/ }).waitFor();

    upstream.list(null);
    await page.getByRole("button", { name: "Sync models" }).click();
    await page.getByRole("status").locator(".alert").waitFor();
    await models.getByRole("row", { name: /^newer / }).waitFor();
  });

  it("tries whether it works, and says what it cost or what is wrong", async () => {
    const { page } = owner;
    await visit(page, "#/providers/own", "own");
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
    const test = page.getByRole("button", { name: "Test", exact: true });
    await test.click();
    await page
      .getByRole("status")
      .getByText(/^It works: own\/old answered in \d+ ms for \$0\.000012\.$/)
      .waitFor();
    upstream.play({ status: 401, body: '{"error":{"message":"no such key"}}' });
    await test.click();
    const failed = page.getByRole("status").locator(".alert");
    await failed.getByText("It does not work.").waitFor();
    expect(await failed.locator("code").textContent()).toBe("upstream_auth_failed");
  });
});

describe("the form of a provider", () => {
  const choose = async (page: Page, kind: string): Promise<void> => {
    await visit(page, "#/create/providers", "Create a provider");
    await page.getByLabel("Kind").selectOption(kind);
    await page.getByLabel("Base URL").fill(upstream.url);
  };

  it("of Vertex AI takes a key of many lines, says what is wrong at its field, and keeps what was typed", async () => {
    const { page } = owner;
    await choose(page, "vertex");
    const key = page.getByLabel("Service account key (JSON)");
    const region = page.getByRole("group", { name: "Settings of its kind" }).getByLabel("Region");
    const create = page.getByRole("button", { name: "Create provider" });
    expect(await key.evaluate((element) => element.tagName)).toBe("TEXTAREA");
    await create.click();
    await page.getByText("The Service account key (JSON) is missing.").waitFor();
    expect([await key.getAttribute("aria-invalid"), await focusedIs(key)]).toEqual(["true", true]);

    await key.fill("{ half of\nit");
    await region.fill("somewhere/else");
    await create.click();
    await page.getByText("It must be a location of Vertex AI such as europe-west4, eu or global.").waitFor();
    expect([await region.getAttribute("aria-invalid"), await focusedIs(region)]).toEqual(["true", true]);
    await region.fill("europe-west4");
    await create.click();
    await page.getByText(/^It is not a JSON object\. Make a JSON key for a service account/).waitFor();
    expect([await key.inputValue(), await region.inputValue()]).toEqual(["{ half of\nit", "europe-west4"]);
    expect([await key.getAttribute("aria-invalid"), await focusedIs(key)]).toEqual(["true", true]);

    await key.fill(serviceAccountKey());
    await create.click();
    await heading(page, "vertex");
    const made = await api(owner, "GET", "/v1/providers/vertex");
    expect(made).toMatchObject({ has_credential: true, settings: { region: "europe-west4" } });

    await visit(page, "#/providers/vertex/edit", "Edit “vertex”");
    expect([await key.inputValue(), await region.inputValue()]).toEqual(["", "europe-west4"]);
    await region.fill("");
    await page.getByRole("button", { name: "Save" }).click();
    await heading(page, "vertex");
    expect(await api(owner, "GET", "/v1/providers/vertex")).toMatchObject({ has_credential: true, settings: null });
  });

  it("of Amazon Bedrock asks for one way in, whole", async () => {
    const { page } = owner;
    await choose(page, "bedrock");
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
