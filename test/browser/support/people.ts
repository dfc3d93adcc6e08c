import { type BrowserContext, chromium, type Locator, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, inject } from "vitest";
import * as z from "zod";
import { eventually } from "../../e2e/support/money.ts";
import "./setup.ts";

export const URL = inject("platformUrl");
export const PASSWORD = "four words and a comma";

/** Somebody with a browser of their own. */
export interface Person {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly email: string;
}

export interface TestBrowser {
  /** A window of somebody who is not signed in. */
  person(size?: { readonly width: number; readonly height: number }): Promise<Person>;
  /** Somebody with an account and an organisation, signed in. */
  owner(): Promise<Person>;
  /** Everything that a page complained of in any window: errors, and what its security policy refused. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

export type BrowserOfFile = Pick<TestBrowser, "person" | "owner">;

/** An answer that the pages expect and deal with is told by the browser as an error all the same. */
const REFUSALS = /^Failed to load resource: the server responded with a status of (?:400|401|403|404|409|412) /;

let people = 0;

export async function openBrowser(): Promise<TestBrowser> {
  const browser = await chromium.launch({ executablePath: inject("chromium"), args: ["--no-sandbox"] });
  const complaints: string[] = [];

  async function person(viewport = { width: 1280, height: 800 }): Promise<Person> {
    const context = await browser.newContext({ viewport, locale: "en-GB", acceptDownloads: true });
    // Several files sign people up at once, and a busy machine takes its time for their passwords.
    context.setDefaultTimeout(25_000);
    await context.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
        reportError(new Error(`policy violated: ${violatedDirective} ${blockedURI}`)),
      );
    });
    const page = await context.newPage();
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => {
      const expected = REFUSALS.test(message.text()) && message.location().url.startsWith(`${URL}/v1/`);
      const loud = message.type() === "error" || message.type() === "warning";
      if (loud && !expected) complaints.push(`${message.text()} ${message.location().url}`);
    });
    people += 1;
    return { page, context, email: `person-${process.pid}-${people}@example.com` };
  }

  async function owner(): Promise<Person> {
    const somebody = await person();
    const { page, email } = somebody;
    await api(somebody, "POST", "/v1/auth/sign-up", { email, password: PASSWORD, name: "Ada", org_name: "Acme" });
    await page.goto(`${URL}/start`);
    await heading(page, "First steps");
    return somebody;
  }

  return { person, owner, complaints, close: () => browser.close() };
}

/** A browser for the tests of a file, which fail if a page has complained of anything by their end. */
export function browserOfFile(): BrowserOfFile {
  let opened: TestBrowser | null = null;
  const browser = (): TestBrowser => {
    if (opened === null) throw new Error("the browser opens before the first test");
    return opened;
  };
  beforeAll(async () => {
    opened = await openBrowser();
  });
  afterEach(() => {
    expect(browser().complaints.join("\n")).toBe("");
  });
  afterAll(() => browser().close());
  return { person: (size) => browser().person(size), owner: () => browser().owner() };
}

/** Somebody who joins the owner's organisation in this role, and in this team. They are not on a page yet. */
export async function joined(
  browser: BrowserOfFile,
  owner: Person,
  role: string,
  team: { readonly team_id?: string; readonly team_role?: string } = {},
): Promise<Person> {
  const guest = await browser.person();
  const { token } = await api(owner, "POST", "/v1/invitations", { email: guest.email, role, ...team });
  const body = { email: guest.email, password: PASSWORD, name: "Grace", invitation_token: token };
  await api(guest, "POST", "/v1/auth/sign-up", body);
  return guest;
}

/** A call of the API as this person, past the pages. Answers the body; fails on a refusal. */
export async function api(
  { context }: Person,
  method: string,
  path: string,
  data?: unknown,
): Promise<Record<string, unknown>> {
  const answer = await context.request.fetch(`${URL}${path}`, { method, ...(data === undefined ? {} : { data }) });
  const text = await answer.text();
  if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${text}`);
  return text === "" ? {} : z.record(z.string(), z.unknown()).parse(JSON.parse(text));
}

/** Waits for the page with this heading, shown and done loading. */
export async function heading(page: Page, name: string): Promise<void> {
  await page
    .locator("main:not(:has([aria-busy=true]))")
    .getByRole("heading", { level: 1, name, exact: true })
    .waitFor();
}

/** Goes to a page of the console and waits until it is there. */
export async function visit(page: Page, path: string, name: string): Promise<void> {
  await page.goto(`${URL}${path}`);
  await heading(page, name);
}

/** What an app is answered. */
export interface AppAnswer {
  readonly status: number;
  readonly id: string;
  readonly text: string;
}

/** A chat completion with a key, as an app makes it. */
export async function chat(
  key: string,
  body: object = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<AppAnswer> {
  const answer = await fetch(`${URL}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json", ...headers },
    body: JSON.stringify({ model: "sandbox/echo", messages: [{ role: "user", content: "Hello!" }], ...body }),
  });
  return { status: answer.status, id: answer.headers.get("x-ao-request-id") ?? "", text: await answer.text() };
}

/** The same once the gateway knows the models and prices that it needs. */
export const chatOnceKnown = (
  key: string,
  body: object = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<AppAnswer> =>
  eventually(
    () => chat(key, body, headers),
    ({ status }) => status !== 404,
  );

/** The HTTP status of a chat completion. */
export const request = async (key: string): Promise<number> => (await chat(key)).status;

/** The first wallet of this person's organisation. */
export async function firstWallet(person: Person): Promise<string> {
  const { data } = await api(person, "GET", "/v1/wallets");
  return z.array(z.object({ id: z.string() })).parse(data)[0]?.id ?? "";
}

const keySchema = z.object({ id: z.string(), key: z.string() });

/** A key of the first wallet, and a provider for it. */
export async function makeKey(person: Person, name: string): Promise<z.infer<typeof keySchema>> {
  const wallet_id = await firstWallet(person);
  return keySchema.parse(await api(person, "POST", "/v1/keys", { name, wallet_id }));
}

export const makeSandbox = (person: Person): Promise<unknown> =>
  api(person, "POST", "/v1/providers", { id: "sandbox", kind: "sandbox", name: "Sandbox" });

/** Chooses an option of a `Select` by the names of both. */
export const choose = (page: Page, label: string, option: string): Promise<void> =>
  chooseFrom(page.getByRole("combobox", { name: label }), option);

/**
 * Chooses an option of a `Select`. By the keyboard: presses of the mouse right after the list has opened belong to the
 * click that opened it, and how long that is depends on how busy the machine is.
 */
export async function chooseFrom(select: Locator, option: string): Promise<void> {
  await select.click();
  const chosen = select.page().getByRole("option", { name: option, exact: true });
  await chosen.press("Enter");
  await chosen.waitFor({ state: "hidden" });
}
