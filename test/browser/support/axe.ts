import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import * as z from "zod";

/** The rules of WCAG 2.2, levels A and AA. */
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

const source = readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const resultSchema = z.object({
  violations: z.array(
    z.object({
      id: z.string(),
      help: z.string(),
      nodes: z.array(z.object({ target: z.array(z.unknown()), failureSummary: z.string().optional() })),
    }),
  ),
});

/** Of those, the ones about colours. Nothing else differs between the themes: `app.css` has a `light-dark()` for each colour. */
const COLOUR_RULES = ["color-contrast", "link-in-text-block"];

/**
 * What axe finds wrong with the page as it is now, one line each: by all rules in the light theme, by those about colours
 * in the dark one. Empty when nothing is.
 */
export async function axeProblems(page: Page, theme: "light" | "dark"): Promise<readonly string[]> {
  await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
  // Past the policy of the page: it is the browser's debugger that runs it, and the page's own scripts cannot.
  if ((await page.evaluate("'axe' in window")) !== true) await page.evaluate(await source);
  const options = { runOnly: theme === "light" ? TAGS : COLOUR_RULES, resultTypes: ["violations"] };
  const found: unknown = await page.evaluate(`axe.run(document, ${JSON.stringify(options)})`);
  return resultSchema
    .parse(found)
    .violations.flatMap(({ id, help, nodes }) =>
      nodes.map(
        ({ target, failureSummary = "" }) =>
          `${theme} ${page.url()}: ${id}: ${help} at ${target.join(" ")}. ${failureSummary}`,
      ),
    );
}
