import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";

/** Git ignores it: pictures are to be looked at, not compared. */
const FOLDER = join(import.meta.dirname, "..", "screenshots");

const WIDTHS = [375, 1440] as const;
const THEMES = ["light", "dark"] as const;

/** The whole page as it is now, narrow and wide, in both themes, as `<name>-<width>-<theme>.png`. Answers the paths. */
export async function screenshots(page: Page, name: string, folder = FOLDER): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  const before = page.viewportSize();
  const paths: string[] = [];
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: width === 375 ? 812 : 900 });
    for (const theme of THEMES) {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
      const path = join(folder, `${name}-${width}-${theme}.png`);
      await page.screenshot({ path, fullPage: true });
      paths.push(path);
    }
  }
  if (before !== null) await page.setViewportSize(before);
  return paths;
}

/** How far the page is wider than the window, in pixels: 0 where nothing must be scrolled sideways. */
export const sidewaysScroll = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
