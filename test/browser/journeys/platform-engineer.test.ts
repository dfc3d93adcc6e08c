import { expect, it } from "vitest";
import { eventually } from "../../e2e/support/money.ts";
import {
  api,
  browserOfFile,
  chatOnceKnown,
  choose,
  heading,
  joined,
  makeKey,
  request,
  URL,
} from "../support/people.ts";
import { JOURNEY_MS, pasteIntoPalette, typeFirst } from "./support.ts";

const browser = browserOfFile();

it("who runs the platform adds a provider, tests it, routes by a rule as tried on real requests, and revokes a key", {
  timeout: JOURNEY_MS,
}, async () => {
  const owner = await browser.owner();
  const { page } = await joined(browser, owner, "admin");
  await page.goto(URL);
  await heading(page, "Overview");
  await pasteIntoPalette(page, "create provider");
  await page.keyboard.press("Enter");
  await heading(page, "Create a provider");
  await page.getByRole("radio", { name: "Sandbox", exact: true }).check({ force: true });
  await page.getByRole("button", { name: "Create provider" }).click();
  await heading(page, "sandbox");
  await page.getByRole("button", { name: "Test", exact: true }).click();
  const test = page.getByRole("dialog", { name: "Test with one real call" });
  await test.getByRole("button", { name: "Send the call" }).click();
  await test.getByText(/^It works: sandbox\/free answered in \d+ ms for \$0\.00\.$/).waitFor();
  await test.getByRole("button", { name: "Close" }).last().click();

  const { key } = await makeKey(owner, "Backend");
  const headers = { "x-ao-feature": "support" };
  expect((await chatOnceKnown(key, {}, headers)).status).toBe(200);
  expect((await chatOnceKnown(key, {}, headers)).status).toBe(200);
  await eventually(
    () => api(owner, "GET", "/v1/requests?feature=support"),
    ({ data }) => Array.isArray(data) && data.length === 2,
  );
  await pasteIntoPalette(page, "create routing");
  await page.keyboard.press("Enter");
  await heading(page, "Create a routing rule");
  await typeFirst(page, "Support reads Latin");
  await choose(page, "Add a condition", "Feature");
  await page.getByRole("combobox", { name: "Feature", exact: true }).fill("support");
  await page.getByLabel("Model", { exact: true }).fill("sandbox/lorem");
  // The test was a request, too: of another feature.
  const trial = page.locator("section", { has: page.getByRole("heading", { name: "What would it have done?" }) });
  await trial.getByRole("button", { name: "Try it" }).click();
  await trial.getByText("Of all 3 requests it would have decided 2.").waitFor();
  const moved = trial.getByRole("row").filter({ hasText: "Elsewhere" });
  await expect
    .poll(() => moved.innerText())
    .toMatch(/^sandbox\/echo\s+Elsewhere\s+sandbox\/lorem\s+2\s+\$0\.000014\s+\$0\.000014\s/);
  await page.getByRole("button", { name: "Create routing rule" }).click();
  await heading(page, "Support reads Latin");

  await pasteIntoPalette(page, "Backend");
  await page.getByRole("option", { name: /^Backend API key/ }).waitFor();
  await page.keyboard.press("Enter");
  await heading(page, "Backend");
  await page.getByRole("button", { name: "Revoke" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await heading(page, "API keys");
  expect(await request(key)).toBe(401);
});
