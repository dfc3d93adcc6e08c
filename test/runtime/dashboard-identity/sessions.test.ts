import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { pruneSessions } from "../../../workers/dashboard/identity/sessions.ts";
import { passwordRoute } from "../../../workers/dashboard/routes/auth-password.ts";
import { sessionRoute } from "../../../workers/dashboard/routes/auth-session.ts";
import {
  endOtherSessionsRoute,
  endSessionRoute,
  listSessionsRoute,
} from "../../../workers/dashboard/routes/auth-sessions.ts";
import { signInRoute } from "../../../workers/dashboard/routes/auth-sign-in.ts";
import { signOutRoute } from "../../../workers/dashboard/routes/auth-sign-out.ts";
import { Browser, scopeOf } from "./browser.ts";
import { fresh } from "./fresh.ts";
import { ADA, count, EMAIL, errorOf, PASSWORD, signedIn, signedUp } from "./people.ts";

beforeEach(fresh);

const DAY_MS = 24 * 60 * 60 * 1000;
const NEW_PASSWORD = "another passphrase of ada's";

interface SessionAnswer {
  readonly user: { readonly id: string };
  readonly session: { readonly id: string; readonly expires_at: string };
}

const asked = async (browser: Browser) => {
  const answer = await browser.call(sessionRoute);
  return answer.status === 200 ? "signed in" : await errorOf(answer);
};

const session = async (browser: Browser) => await (await browser.call(sessionRoute)).json<SessionAnswer>();

/** Puts the clock of the only session on by so many days. */
const age = (days: number) =>
  env.DB.prepare(
    "UPDATE sessions SET expires_at = expires_at - ?1, created_at = created_at - ?1, updated_at = updated_at - ?1",
  )
    .bind(days * DAY_MS)
    .run();

describe("a session that is ended", () => {
  test("by signing out opens nothing any more, also for who has a copy of the cookie", async () => {
    const browser = await signedUp();
    const copy = new Browser();
    copy.cookie = browser.cookie;
    await browser.call(signOutRoute);
    expect(browser.cookie).toBeNull();
    expect(await asked(copy)).toBe("401 not_signed_in");
    expect(await count("sessions")).toBe(0);
  });

  test("from elsewhere is over with its next call", async () => {
    const [lost, here] = [await signedUp(), await signedIn()];
    expect(await asked(lost)).toBe("signed in");
    const { id } = (await session(lost)).session;
    expect((await here.call(endSessionRoute, { params: { id } })).status).toBe(204);
    expect(await asked(lost)).toBe("401 not_signed_in");
    expect(await asked(here)).toBe("signed in");
  });

  test("is the caller's own: then the cookie is cleared", async () => {
    const browser = await signedUp();
    await browser.call(endSessionRoute, { params: { id: (await session(browser)).session.id } });
    expect(browser.cookie).toBeNull();
  });

  test("can be all but this one", async () => {
    const [first, second, here] = [await signedUp(), await signedIn(), await signedIn()];
    expect((await here.call(endOtherSessionsRoute)).status).toBe(204);
    expect(await Promise.all([first, second, here].map(asked))).toEqual([
      "401 not_signed_in",
      "401 not_signed_in",
      "signed in",
    ]);
  });

  test("is never another user's, whose id answers as one that does not exist", async () => {
    const [ada, eve] = [await signedUp(), await signedUp({ email: "eve@example.com" })];
    const { id } = (await session(ada)).session;
    const foreign = await eve.call(endSessionRoute, { params: { id } });
    const missing = await eve.call(endSessionRoute, { params: { id: "ses_00000000000000000000000000" } });
    expect(await foreign.text()).toBe(await missing.text());
    expect([foreign.status, missing.status]).toEqual([404, 404]);
    await eve.call(endOtherSessionsRoute);
    expect(await asked(ada)).toBe("signed in");
  });
});

describe("the list of sessions", () => {
  test("has one's own, newest first, and no token", async () => {
    await signedUp({ email: "eve@example.com" });
    const [, here] = [await signedUp(), await signedIn()];
    const answer = await here.call(listSessionsRoute);
    const text = await answer.text();
    const { data } = JSON.parse(text);
    expect(data).toHaveLength(2);
    expect(data[0]).toEqual({
      id: expect.stringMatching(/^ses_/),
      created_at: expect.stringMatching(/Z$/),
      expires_at: expect.stringMatching(/Z$/),
      ip: null,
      user_agent: "test browser",
      current: true,
    });
    expect(data[1].current).toBe(false);
    const tokens = await env.DB.prepare("SELECT token FROM sessions").all<{ token: string }>();
    for (const { token } of tokens.results) expect(text).not.toContain(token);
  });

  test("is bounded: the oldest beyond a hundred end, and so do expired ones", async () => {
    const browser = await signedUp();
    const { user } = await session(browser);
    const insert = env.DB.prepare(
      "INSERT INTO sessions (id, user_id, token, expires_at, created_at, updated_at) VALUES (?1, ?2, ?1, ?3, ?4, ?4)",
    );
    const soon = Date.now() + DAY_MS;
    await env.DB.batch([
      ...Array.from({ length: 110 }, (_, index) => insert.bind(`s${index}`, user.id, soon, 1_000 + index)),
      insert.bind("expired", user.id, Date.now() - 1, soon),
    ]);
    await pruneSessions(scopeOf(), user.id);
    expect(await count("sessions")).toBe(99 + 1 - 1);
    expect(await asked(browser)).toBe("signed in");
    expect(await env.DB.prepare("SELECT 1 FROM sessions WHERE id = 's0'").first()).toBeNull();
    expect(await env.DB.prepare("SELECT 1 FROM sessions WHERE id = 's109'").first()).not.toBeNull();
  });
});

describe("a session's seven days", () => {
  test("are not written anew within a day", async () => {
    const browser = await signedUp();
    const before = (await session(browser)).session.expires_at;
    const answer = await browser.call(sessionRoute);
    expect(answer.headers.get("set-cookie")).toBeNull();
    expect((await answer.json<SessionAnswer>()).session.expires_at).toBe(before);
  });

  test("begin anew, with the same cookie for longer, when the page asks after a day", async () => {
    const browser = await signedUp();
    const cookie = browser.cookie;
    await age(2);
    const answer = await browser.call(sessionRoute);
    expect(answer.headers.get("set-cookie")).toContain("Max-Age=604800");
    expect(browser.cookie).toBe(cookie);
    const left_ms = Date.parse((await answer.json<SessionAnswer>()).session.expires_at) - Date.now();
    expect(Math.round(left_ms / DAY_MS)).toBe(7);
  });

  test("end it when they are over", async () => {
    const browser = await signedUp();
    await age(8);
    expect(await asked(browser)).toBe("401 not_signed_in");
  });
});

describe("changing the password", () => {
  const change = (browser: Browser, current_password: string, new_password: string) =>
    browser.call(passwordRoute, { body: { current_password, new_password } });

  test("ends every other session, and this one too: its browser gets a new one", async () => {
    const [elsewhere, here] = [await signedUp(), await signedIn()];
    const old = new Browser();
    old.cookie = here.cookie;
    const answer = await change(here, PASSWORD, NEW_PASSWORD);
    expect(answer.status).toBe(204);
    expect(answer.headers.get("set-cookie")).toContain("Max-Age=604800; Path=/; HttpOnly; Secure; SameSite=Lax");
    expect(await Promise.all([elsewhere, old, here].map(asked))).toEqual([
      "401 not_signed_in",
      "401 not_signed_in",
      "signed in",
    ]);
    await signedIn(NEW_PASSWORD);
    const stale = await new Browser().call(signInRoute, { body: { email: EMAIL, password: PASSWORD } });
    expect(await errorOf(stale)).toBe("401 sign_in_failed");
  });

  test("ends nobody else's", async () => {
    const [ada, eve] = [await signedUp(), await signedUp({ email: "eve@example.com" })];
    await change(ada, PASSWORD, NEW_PASSWORD);
    expect(await asked(eve)).toBe("signed in");
    await signedIn(PASSWORD, "eve@example.com");
  });

  test("needs the current one, and changes nothing without it", async () => {
    const browser = await signedUp();
    const answer = await change(browser, "not the passphrase", NEW_PASSWORD);
    expect(await answer.json()).toMatchObject({ error: { code: "invalid_request", param: "current_password" } });
    expect(await asked(browser)).toBe("signed in");
    await signedIn();
  });

  test("refuses a new one that is too short or too long before anything is hashed", async () => {
    const browser = await signedUp();
    for (const next of ["x".repeat(11), "x".repeat(257)]) {
      expect(await errorOf(await change(browser, PASSWORD, next))).toBe("400 invalid_request");
    }
    expect(await count("sign_in_attempts")).toBe(0);
  });

  test("twice at once happens once", async () => {
    const browser = await signedUp();
    const request = () => {
      const copy = new Browser();
      copy.cookie = browser.cookie;
      return copy;
    };
    const answers = await Promise.all([
      change(request(), PASSWORD, `${NEW_PASSWORD} 1`),
      change(request(), PASSWORD, `${NEW_PASSWORD} 2`),
    ]);
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
    expect(await count("sessions")).toBe(1);
  });

  test("is tried ten times with one session", async () => {
    const browser = await signedUp();
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => change(browser, "not the passphrase", NEW_PASSWORD)),
    );
    expect(answers.map(({ status }) => status).filter((status) => status === 429)).toHaveLength(2);
  });

  test("that cannot make the new session says so, and the new password works", async () => {
    const browser = await signedUp();
    await env.DB.exec("CREATE TRIGGER down BEFORE INSERT ON sessions BEGIN SELECT RAISE(ABORT, 'down'); END");
    const answer = await change(browser, PASSWORD, NEW_PASSWORD);
    expect(browser.cookie).toBeNull();
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain("Sign in with the new password.");
    await env.DB.exec("DROP TRIGGER down");
    await signedIn(NEW_PASSWORD);
  });
});

test("the answer about a session names the orgs of its user, with their role", async () => {
  const browser = await signedUp();
  const { user } = await session(browser);
  await env.DB.batch([
    env.DB.prepare("INSERT INTO orgs (id, name, created_at) VALUES ('org_1', 'One', 1), ('org_2', 'Two', 1)"),
    env.DB.prepare(
      "INSERT INTO members (id, org_id, user_id, role, created_at) VALUES ('mbr_1', 'org_1', ?1, 'owner', 1), ('mbr_2', 'org_2', 'usr_other', 'owner', 1)",
    ).bind(user.id),
  ]);
  expect(await (await browser.call(sessionRoute)).json()).toMatchObject({
    user: { email: EMAIL, name: ADA.name },
    orgs: [{ org_id: "org_1", name: "One", role: "owner", member_id: "mbr_1" }],
  });
});
