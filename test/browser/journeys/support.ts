import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";
import { api, type Person, visit } from "../support/people.ts";

/** A way across many pages: some ten seconds, and several times that where four files share two busy cores. */
export const JOURNEY_MS = 150_000;

/** Whether it can be seen without scrolling. */
export async function expectInFirstScreen(page: Page, locator: Locator): Promise<void> {
  await locator.waitFor();
  const box = await locator.boundingBox();
  const size = page.viewportSize();
  expect(await page.evaluate(() => window.scrollY)).toBe(0);
  expect((box?.y ?? Number.NaN) + (box?.height ?? 0)).toBeLessThanOrEqual(size?.height ?? 0);
}

/** Goes on by the keyboard from the heading of a page to its first field, and types. */
export async function typeFirst(page: Page, text: string): Promise<void> {
  await page.locator("main h1:focus").waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.type(text);
}

/** Opens the palette by its shortcut and puts a text into it, as pasting does. */
export async function pasteIntoPalette(page: Page, text: string): Promise<void> {
  await page.keyboard.press("ControlOrMeta+k");
  const input = page.getByRole("combobox", { name: "Search pages, actions and things" });
  await input.fill(text);
}

/** Makes a thing by the API; its id. */
export const make = async (by: Person, path: string, body: object): Promise<string> =>
  String((await api(by, "POST", path, body)).id);

/** What is available in a wallet, as its page shows it. */
export async function availableIn(page: Page, wallet_id: string, name: string): Promise<string> {
  await visit(page, `/wallets/${wallet_id}`, name);
  return (await page.locator("dd").first().innerText()).trim();
}
