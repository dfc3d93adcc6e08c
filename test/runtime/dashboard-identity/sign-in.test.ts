import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { sessionOf } from "../../../workers/dashboard/identity/accounts.ts";
import { sessionRoute } from "../../../workers/dashboard/routes/auth-session.ts";
import { signInRoute } from "../../../workers/dashboard/routes/auth-sign-in.ts";
import { signOutRoute } from "../../../workers/dashboard/routes/auth-sign-out.ts";
import { signUpRoute } from "../../../workers/dashboard/routes/auth-sign-up.ts";
import { Browser, databaseDown, scopeOf, watchedDatabase } from "./browser.ts";
import { fresh } from "./fresh.ts";
import { ADA, count, EMAIL, errorOf, PASSWORD, STEPS, signedIn, signedUp } from "./people.ts";

beforeEach(fresh);

describe("the session cookie", () => {
  const COOKIE =
    /^__Host-ao_session=[A-Za-z0-9]{32}\.[A-Za-z0-9%]{44,60}; Max-Age=604800; Path=\/; HttpOnly; Secure; SameSite=Lax$/;

  test("has exactly these attributes, at sign-up and at sign-in, in an answer that no cache keeps", async () => {
    for (const [route, body] of [
      [signUpRoute(STEPS), ADA],
      [signInRoute, { email: EMAIL, password: PASSWORD }],
    ] as const) {
      const answer = await new Browser().call(route, { body });
      expect(answer.headers.getSetCookie()).toEqual([expect.stringMatching(COOKIE)]);
      expect(answer.headers.get("cache-control")).toBe("no-store");
    }
  });

  test("is cleared at sign-out, with the same attributes", async () => {
    const answer = await (await signedUp()).call(signOutRoute);
    expect(answer.status).toBe(204);
    expect(answer.headers.getSetCookie()).toEqual([
      "__Host-ao_session=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax",
    ]);
    expect(answer.headers.get("cache-control")).toBe("no-store");
  });

  test("carries nothing that the database knows without our signature", async () => {
    const browser = await signedUp();
    const token = await env.DB.prepare("SELECT token FROM sessions").first<string>("token");
    browser.cookie = `__Host-ao_session=${token}`;
    expect(await errorOf(await browser.call(sessionRoute))).toBe("401 not_signed_in");
  });

  test.each([
    ["changed in its token", (cookie: string) => cookie.replace(/=./, (pair) => (pair === "=A" ? "=B" : "=A"))],
    ["changed in its signature", (cookie: string) => cookie.replace(/\../, (pair) => (pair === ".A" ? ".B" : ".A"))],
    ["cut", (cookie: string) => cookie.slice(0, -8)],
    ["of nonsense", () => "__Host-ao_session=%E0%A4%A.%"],
    ["too long", (cookie: string) => `${cookie}${"A".repeat(600)}`],
  ])("%s opens nothing", async (_why, change) => {
    const browser = await signedUp();
    browser.cookie = change(browser.cookie ?? "");
    expect(await errorOf(await browser.call(sessionRoute))).toBe("401 not_signed_in");
  });

  test("of another master key opens nothing", async () => {
    const browser = await signedUp();
    const scope = scopeOf({ config: { AO_MASTER_KEY: new Uint8Array(32).fill(3) }, env: { ...scopeOf().env } });
    expect(await errorOf(await browser.call(sessionRoute, { scope }))).toBe("401 not_signed_in");
  });
});

describe("a session", () => {
  test("gets a token of its own: a cookie that is brought along is not adopted and stays what it was", async () => {
    const victim = await signedUp();
    const attacker = await signedUp({ email: "eve@example.com" });
    const planted = attacker.cookie;
    victim.cookie = planted;
    await victim.call(signInRoute, { body: { email: EMAIL, password: PASSWORD } });
    expect(victim.cookie).not.toBe(planted);
    expect(await (await attacker.call(sessionRoute)).json()).toMatchObject({ user: { email: "eve@example.com" } });
    expect(await (await victim.call(sessionRoute)).json()).toMatchObject({ user: { email: EMAIL } });
  });

  test("is another one at each sign-in", async () => {
    await signedUp();
    const [one, other] = [await signedIn(), await signedIn()];
    expect(one.cookie).not.toBe(other.cookie);
    expect(await count("sessions")).toBe(3);
  });

  test("remembers where it began, from what the edge says and not from what the caller does", async () => {
    await signedUp();
    const headers = {
      "x-forwarded-for": "198.51.100.1",
      "cf-connecting-ip": "198.51.100.2",
      "user-agent": "M".repeat(5_000),
    };
    const body = { email: EMAIL, password: PASSWORD };
    await new Browser().call(signInRoute, { body, headers, scope: scopeOf({ ip: "93.184.216.9" }) });
    const row = await env.DB.prepare("SELECT ip_address, user_agent FROM sessions ORDER BY id DESC LIMIT 1").first();
    expect(row).toEqual({ ip_address: "93.184.216.9", user_agent: "M".repeat(300) });
  });
});

describe("signing in", () => {
  test("says the same of an unknown address and of a wrong password", async () => {
    await signedUp();
    const say = async (body: object) => {
      const answer = await new Browser().call(signInRoute, { body });
      return { status: answer.status, headers: [...answer.headers], text: await answer.text() };
    };
    const wrong = await say({ email: EMAIL, password: "not the passphrase" });
    const unknown = await say({ email: "nobody@example.com", password: "not the passphrase" });
    expect(wrong).toEqual(unknown);
    expect(wrong.status).toBe(401);
    expect(wrong.text).toContain('"code":"sign_in_failed"');
  });

  test("asks the database the same for an unknown address and for a wrong password", async () => {
    await signedUp();
    const asked = async (email: string) => {
      const { scope, statements } = watchedDatabase();
      await new Browser().call(signInRoute, { body: { email, password: "not the passphrase" }, scope });
      return statements;
    };
    const wrong = await asked(EMAIL);
    expect(wrong.length).toBeGreaterThan(2);
    expect(await asked("nobody@example.com")).toEqual(wrong);
  });

  test("takes an address in any case and with spaces around it: it is one account", async () => {
    await signedUp({ email: " Ada@EXAMPLE.com " });
    await signedIn(PASSWORD, "ADA@example.COM");
    const again = await new Browser().call(signUpRoute(STEPS), { body: ADA });
    expect(await errorOf(again)).toBe("409 conflict");
    expect(await count("users")).toBe(1);
  });

  test("takes a password as Unicode means it, however it is typed", async () => {
    await new Browser().call(signUpRoute(STEPS), { body: { ...ADA, password: "pa\u0301ssphrase of ada" } });
    await signedIn("p\u00e1ssphrase of ada");
  });

  test.each([
    ["an address that is too long", { email: `${"a".repeat(250)}@example.com`, password: PASSWORD }],
    ["a password that is too long", { email: EMAIL, password: "x".repeat(257) }],
    ["a password that is no text", { email: EMAIL, password: { length: 12 } }],
    ["a list of passwords", { email: EMAIL, password: [PASSWORD] }],
  ])("refuses %s before it counts or hashes anything", async (_why, body) => {
    await signedUp();
    expect(await errorOf(await new Browser().call(signInRoute, { body }))).toBe("400 invalid_request");
    expect(await count("sign_in_attempts")).toBe(0);
  });

  test("never answers a password", async () => {
    await signedUp();
    for (const password of [PASSWORD, "canary canary canary", "x".repeat(300)]) {
      const answer = await new Browser().call(signInRoute, { body: { email: EMAIL, password } });
      expect(`${JSON.stringify([...answer.headers])}${await answer.text()}`).not.toContain(password);
    }
  });

  test("sends nobody anywhere, whatever the body or the address asks for", async () => {
    await signedUp();
    const body = { email: EMAIL, password: PASSWORD, callbackURL: "https://evil.example", rememberMe: false };
    const answer = await new Browser().call(signInRoute, { body });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("location")).toBeNull();
    expect(await answer.json()).toEqual({ user: { id: expect.stringMatching(/^usr_/), email: EMAIL, name: ADA.name } });
    expect(answer.headers.get("set-cookie")).toContain("Max-Age=604800");
  });

  test("opens nothing with a password that was changed while it was checked", async () => {
    await signedUp();
    // As if the change had been made, and all sessions ended, just before this one is stored.
    await env.DB.exec(
      "CREATE TRIGGER change_meanwhile BEFORE INSERT ON sessions BEGIN UPDATE accounts SET password = 'another'; DELETE FROM sessions; END",
    );
    const answer = await new Browser().call(signInRoute, { body: { email: EMAIL, password: PASSWORD } });
    expect(await errorOf(answer)).toBe("401 sign_in_failed");
    expect(await count("sessions")).toBe(0);
  });
});

describe("who is signed in", () => {
  test("is nobody without a cookie, which costs no look at the database", async () => {
    expect(await sessionOf(databaseDown(), new Browser().request("GET", "/"))).toBeNull();
  });

  test("is a person with the session that they ask with", async () => {
    const browser = await signedUp();
    expect(await sessionOf(scopeOf(), browser.request("GET", "/"))).toEqual({
      user_id: expect.stringMatching(/^usr_/),
      session_id: expect.stringMatching(/^ses_/),
      email: EMAIL,
      name: ADA.name,
    });
  });
});
