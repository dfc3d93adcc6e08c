import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { chromium, type Page } from "playwright-core";
import { startLocalPlatform } from "../../scripts/harness/local-platform.ts";
import { chromiumPath } from "./support/chromium.ts";
import { screenshots } from "./support/screenshots.ts";

/** `npm run screenshots`: every page of the console with the demo's data, to be looked at. */

const USAGE = `npm run screenshots -- [options]

  --folder <path>   where to put them (default test/browser/screenshots)
  --only <text>     pages whose path has this in it, such as wallets
  --url <url>       a platform that runs, with --email and --password; otherwise one is started
  --picture <path>  the overview alone, 1440 pixels and light: the picture of the README
  --help            show this`;

const { values } = parseArgs({
  options: {
    folder: { type: "string" },
    only: { type: "string" },
    url: { type: "string" },
    email: { type: "string" },
    password: { type: "string" },
    picture: { type: "string" },
    help: { type: "boolean" },
  },
});

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function run(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), "ao-screenshots-"));
  const platform = values.url === undefined ? await startLocalPlatform({ dataDir, demoTraffic: true }) : null;
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: ["--no-sandbox"] });
  try {
    const [, email, password] = /owner\s+(\S+) \/ (\S+)/.exec(platform?.lines.join("\n") ?? "") ?? [];
    const url = platform?.url ?? values.url ?? "";
    const context = await browser.newContext({
      locale: "en-GB",
      viewport: { width: 1440, height: 900 },
      reducedMotion: "reduce",
      colorScheme: "light",
    });
    const page = await context.newPage();
    if (platform !== null) await demoIsThere(platform.lines);
    if (values.picture === undefined) await takeSignedOut(page, url);
    const answer = await context.request.post(`${url}/v1/auth/sign-in`, {
      data: { email: values.email ?? email, password: values.password ?? password },
    });
    if (!answer.ok()) throw new Error(`Signing in was refused: ${await answer.text()}`);
    await take(page, url);
  } finally {
    await browser.close();
    await platform?.dispose();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** The demo's past is made up beside the running platform, and half of it makes no picture. */
async function demoIsThere(lines: readonly string[]): Promise<void> {
  while (!lines.some((line) => line.startsWith("✓ Demo data"))) {
    const failed = lines.find((line) => line.startsWith("✗ Demo data"));
    if (failed !== undefined) throw new Error(failed);
    await setTimeout(200);
  }
}

async function take(page: Page, url: string): Promise<void> {
  if (values.picture !== undefined) {
    await open(page, `${url}/`);
    await page.screenshot({ path: values.picture });
    say(values.picture);
    return;
  }
  await open(page, `${url}/`);
  const places = await hrefs(page, 'nav[aria-label="Main"] a');
  const seen = new Set<string>();
  for (const place of places.filter((path) => path !== "/docs")) {
    await shoot(page, url, place, seen);
    const links = (await hrefs(page, "main a")).filter((path) => !path.includes("?"));
    const tabs = await page.getByRole("main").getByRole("tab").allInnerTexts();
    for (const tab of tabs.slice(1)) await shootTab(page, url, place, tab);
    // The first of a list stands for all of its kind.
    const first = links.find((path) => path.startsWith(`${place}/`) && !path.endsWith("/new"));
    if (first !== undefined) await shoot(page, url, first, seen, `${place}-one`);
    for (const form of links.filter((path) => path.endsWith("/new"))) await shoot(page, url, form, seen);
  }
}

/** What somebody sees who has not signed in. */
async function takeSignedOut(page: Page, url: string): Promise<void> {
  const seen = new Set<string>();
  for (const path of ["/sign-in", "/sign-up"]) await shoot(page, url, path, seen);
}

async function shoot(page: Page, url: string, path: string, seen: Set<string>, name = path): Promise<void> {
  if (seen.has(path)) return;
  seen.add(path);
  await open(page, `${url}${path}`);
  if (values.only !== undefined && !path.includes(values.only)) return;
  for (const taken of await screenshots(page, fileOf(name), values.folder)) say(taken);
}

async function shootTab(page: Page, url: string, place: string, tab: string): Promise<void> {
  if (values.only !== undefined && !place.includes(values.only)) return;
  await open(page, `${url}${place}`);
  await page.getByRole("main").getByRole("tab", { name: tab, exact: true }).click();
  await isDrawn(page);
  for (const taken of await screenshots(page, fileOf(`${place}-${tab}`), values.folder)) say(taken);
}

const fileOf = (name: string): string => name.replaceAll(/\W+/g, "-").replace(/^-/, "").toLowerCase() || "overview";

async function open(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await isDrawn(page);
}

async function isDrawn(page: Page): Promise<void> {
  await page.locator("main:not(:has([aria-busy=true])) h1").first().waitFor();
  // A cell whose code comes later has its skeleton later, too.
  for (let quiet = 0; quiet < 3; quiet += 1) {
    if ((await page.locator(".animate-shimmer").count()) > 0) quiet = -1;
    await setTimeout(150);
  }
}

const hrefs = (page: Page, selector: string): Promise<readonly string[]> =>
  page.locator(selector).evaluateAll((links) => links.map((link) => link.getAttribute("href") ?? ""));

if (values.help === true) say(USAGE);
else await run();
