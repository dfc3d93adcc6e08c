import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { eventually } from "../e2e/support/money.ts";
import { axeProblems } from "./support/axe.ts";
import { api, browserOfFile, heading, makeKey, makeSandbox, type Person, request, visit } from "./support/people.ts";
import { screenshots, sidewaysScroll } from "./support/screenshots.ts";

/** Every page by its path and its heading, with something on it. A new page is a row here. */
const PAGES: readonly (readonly [path: string, title: string])[] = [
  ["/", "Overview"],
  ["/costs", "Cost explorer"],
  ["/costs?tab=latency", "Cost explorer"],
  ["/chargeback", "Chargeback"],
  ["/bills", "Bills"],
  ["/bills/{bill}", "Sandbox, {day}"],
  ["/start", "First steps"],
  ["/requests", "Requests"],
  ["/requests/{request}", "Request"],
  ["/wallets", "Wallets"],
  ["/wallets/new", "Create a wallet"],
  ["/providers", "Providers"],
  ["/providers/sandbox", "Sandbox"],
  ["/providers/new", "Create a provider"],
  ["/models", "Models & prices"],
  ["/prices/new", "Create a price"],
  ["/routing", "Routing"],
  ["/routing?tab=test", "Routing"],
  ["/routing?tab=recent", "Routing"],
  ["/rules/new", "Create a routing rule"],
  ["/experiments", "Experiments"],
  ["/experiments/new", "Create an experiment"],
  ["/experiments/{experiment}", "Briefer"],
  ["/cache", "Cache"],
  ["/cache?tab=settings", "Cache"],
  ["/keys", "API keys"],
  ["/keys/{key}", "Backend"],
  ["/keys/{key}/edit", "Edit “Backend”"],
  ["/transfers", "Transfers & requests"],
  ["/teams", "Teams"],
  ["/members", "Members"],
  ["/roles", "Roles"],
  ["/account", "Your account"],
  ["/audit", "Audit log"],
  ["/alerts", "Alerts"],
  ["/alerts/{alert}", "Spent has spent 100 % of its limit"],
  ["/alert-policies", "Alert policies"],
  ["/alert-policies/new", "Create an alert policy"],
  ["/channels", "Channels"],
  ["/channels/new", "Create a channel"],
  ["/channels/{channel}", "On call"],
  ["/digests", "Digests"],
  ["/digests/{digest}", "Yesterday"],
  ["/deliveries", "Deliveries"],
  ["/deliveries/{delivery}", "{message}"],
  ["/settings", "Organisation"],
];
const DOORS: readonly (readonly [path: string, title: string])[] = [
  ["/sign-in", "Sign in"],
  ["/sign-up", "Sign up"],
  ["/invite#aoi_token", "Accept the invitation"],
];

/** What stands in braces in a path or a heading. */
const ids: Record<string, string> = {};
const filled = (text: string): string => text.replaceAll(/\{(\w+)\}/g, (_, name) => ids[name] ?? "");

/** A rule, an experiment and a setting of the cache, so that their pages have something to show. */
async function makeTraffic(person: Person): Promise<void> {
  await api(person, "POST", "/v1/routing/rules", {
    name: "Support",
    when: { feature: "support" },
    then: { model: "sandbox/echo" },
  });
  const variants = [
    { name: "control", percent: 50 },
    { name: "brief", percent: 50 },
  ];
  await api(person, "POST", "/v1/experiments", { name: "Briefer", variants });
  await api(person, "PUT", "/v1/cache/settings", { scope: "org", mode: "shadow" });
}

/** An alert of a wallet that has spent more than its limit, and the message that the channel got of it. */
async function makeAlert(person: Person): Promise<void> {
  const wallet = { name: "Spent", limit_usd: "0.000000001", hard: false, thresholds: [100] };
  const { id: wallet_id } = await api(person, "POST", "/v1/wallets", wallet);
  const { key } = await api(person, "POST", "/v1/keys", { name: "Spender", wallet_id });
  await eventually(
    () => request(String(key)),
    (status) => status === 200,
  );
  ids.alert = await firstId("/v1/alerts?kind=threshold");
  ids.delivery = await firstId(`/v1/deliveries?source_id=${ids.alert}`);
  const told = z.object({ message: z.object({ title: z.string() }) });
  ids.message = told.parse(await api(person, "GET", `/v1/deliveries/${ids.delivery}`)).message.title;
}

/** A bill of today that has another amount than our count, with a model that only it has. */
async function makeBill(person: Person): Promise<void> {
  const day = new Date().toISOString().slice(0, 10);
  const csv = `date,model,cost_usd\n${day},echo,12.50\n${day},unheard-of,1\n`;
  const { id } = await api(person, "POST", "/v1/reconciliations", { provider_id: "sandbox", csv });
  Object.assign(ids, { bill: String(id), day });
}

/** The first row of a list, once there is one. */
const firstId = (path: string): Promise<string> =>
  eventually(
    async () => z.array(z.object({ id: z.string() })).parse((await api(owner, "GET", path)).data)[0]?.id ?? "",
    (id) => id !== "",
  );

const browser = browserOfFile();
let owner: Person;
let stranger: Person;
beforeAll(async () => {
  [owner, stranger] = await Promise.all([browser.owner(), browser.person()]);
  await makeSandbox(owner);
  const { id, key } = await makeKey(owner, "Backend");
  ids.key = id;
  await request(key);
  const channel = { kind: "webhook", name: "On call", url: "https://hooks.example.com/ao" };
  ids.channel = String(
    (await api(owner, "POST", "/v1/channels", { ...channel, credential: { secret: "a-long-random-text" } })).id,
  );
  const digest = { name: "Yesterday", hour: 8, time_zone: "UTC", recipients: ["finops"] };
  ids.digest = String((await api(owner, "POST", "/v1/digests", digest)).id);
  ids.request = await firstId("/v1/requests");
  await Promise.all([makeAlert(owner), makeBill(owner)]);
  await makeTraffic(owner);
  ids.experiment = await firstId("/v1/experiments");
});

describe("every page", () => {
  it.each([
    ...PAGES.map((page) => [...page, "owner"] as const),
    ...DOORS.map((page) => [...page, "stranger"] as const),
  ])(
    "%s breaks no rule of WCAG in either theme, needs no sideways scrolling at 375 and 320 pixels, and keeps to the policy",
    async (path, title, who) => {
      const { page } = who === "owner" ? owner : stranger;
      const name = filled(title);
      await visit(page, filled(path), name);
      await expect.poll(() => page.title()).toBe(`${name} · AI Orchestrator`);
      // What is folded is looked at as well.
      await page.locator("main details").evaluateAll((folded) => {
        for (const one of folded) one.setAttribute("open", "");
      });
      expect(await axeProblems(page, "light")).toEqual([]);
      expect(await axeProblems(page, "dark")).toEqual([]);
      await page.setViewportSize({ width: 375, height: 812 });
      await heading(page, name);
      // Charts are drawn anew a moment behind the window's change.
      await expect.poll(() => sidewaysScroll(page), { timeout: 5_000 }).toBe(0);
      await page.setViewportSize({ width: 320, height: 640 });
      await expect.poll(() => sidewaysScroll(page), { timeout: 5_000 }).toBe(0);
      await page.setViewportSize({ width: 1440, height: 900 });
      if (process.env.AO_SCREENSHOTS) await screenshots(page, path.replaceAll(/\W+/g, "-"));
    },
  );

  it("of a digest's delivery has tables that are wider than a phone, and that the keyboard scrolls", async () => {
    const { page } = owner;
    const path = `/v1/deliveries/${ids.delivery}`;
    const columns = ["Model", "Requests", "Spent yesterday in dollars", "The day before", "Change"];
    const rows = [["a-provider-with-a-long-name/a-model-with-a-longer-name", "1234567", "1234.5", "1000", "+23.4 %"]];
    const message = { title: "Yesterday", lines: ["What was spent."], tables: [{ title: "By model", columns, rows }] };
    await page.route(`**${path}`, async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, json: { ...(await answer.json()), type: "digest", message } });
    });
    await visit(page, `/deliveries/${ids.delivery}`, "Yesterday");
    await page.setViewportSize({ width: 375, height: 812 });
    await page.getByRole("table", { name: "By model" }).waitFor();
    expect([await axeProblems(page, "light"), await axeProblems(page, "dark")]).toEqual([[], []]);
    expect(await sidewaysScroll(page)).toBe(0);
    await page.unroute(`**${path}`);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it("is looked at: each path of pages.ts is in the list", async () => {
    const text = await readFile(new URL("../../workers/dashboard/app/pages.ts", import.meta.url), "utf8");
    const paths = [...text.matchAll(/path: "([^"]+)"/g)].map(([, path = ""]) => path);
    const looked = PAGES.map(([path]) => path.replace(/\?.*$/, "").replaceAll(/\{\w+\}/g, "$id"));
    // `/orgs` is `/settings` by the name of its resource.
    expect(paths.filter((path) => !looked.includes(path) && path !== "/orgs")).toEqual([]);
  });

  it("is reached by the keyboard through the palette", async () => {
    const { page } = owner;
    await visit(page, "/start", "First steps");
    await page.keyboard.press("Control+k");
    const search = page.getByRole("combobox", { name: /Search pages/ });
    await search.fill("Create wall");
    await page.getByRole("option", { name: /^Create wallet/ }).waitFor();
    await page.keyboard.press("Enter");
    await heading(page, "Create a wallet");
  });
});
