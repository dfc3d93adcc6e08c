import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { sessionOf } from "../../../workers/dashboard/identity/accounts.ts";
import { passwordRoute } from "../../../workers/dashboard/routes/auth-password.ts";
import { sessionRoute } from "../../../workers/dashboard/routes/auth-session.ts";
import {
  endOtherSessionsRoute,
  endSessionRoute,
  listSessionsRoute,
} from "../../../workers/dashboard/routes/auth-sessions.ts";
import { signInRoute } from "../../../workers/dashboard/routes/auth-sign-in.ts";
import { signOutRoute } from "../../../workers/dashboard/routes/auth-sign-out.ts";
import { signUpRoute } from "../../../workers/dashboard/routes/auth-sign-up.ts";
import { Browser, databaseDown } from "./browser.ts";
import { fresh } from "./fresh.ts";
import { ADA, EMAIL, errorOf, PASSWORD, STEPS, signedUp } from "./people.ts";

beforeEach(fresh);
afterEach(() => void vi.restoreAllMocks());

const DOWN = databaseDown();

describe("while D1 is down", () => {
  test.each([
    ["signing up", signUpRoute(STEPS), ADA],
    ["signing in", signInRoute, { email: EMAIL, password: PASSWORD }],
  ])("%s is a 503", async (_what, route, body) => {
    const answer = await new Browser().call(route, { body, scope: DOWN });
    expect(await errorOf(answer)).toBe("503 store_unavailable");
    expect(answer.headers.get("set-cookie")).toBeNull();
  });

  test("a cookie is neither good nor bad: never a 401", async () => {
    const browser = await signedUp();
    expect(await sessionOf(DOWN, browser.request("GET", "/"))).toBe("unavailable");
    expect(await errorOf(await browser.call(sessionRoute, { scope: DOWN }))).toBe("503 store_unavailable");
  });

  test("every route of somebody signed in is a 503 that leaves the cookie alone", async () => {
    const browser = await signedUp();
    const user = { user_id: "usr_1", session_id: "ses_1", email: EMAIL, name: ADA.name };
    const body = { current_password: PASSWORD, new_password: "another passphrase of ada's" };
    const http = browser.request("POST", "/");
    for (const route of [
      sessionRoute,
      signOutRoute,
      passwordRoute,
      listSessionsRoute,
      endSessionRoute,
      endOtherSessionsRoute,
    ]) {
      const answer = await route.handle({ http, params: { id: "ses_1" }, query: {}, body }, DOWN, user);
      expect(answer.headers.get("set-cookie")).toBeNull();
      expect(`${route.operation_id} ${await errorOf(answer)}`).toBe(`${route.operation_id} 503 store_unavailable`);
    }
  });
});

test("nothing that is logged holds an address, a password, a token or a hash", async () => {
  const lines: string[] = [];
  for (const level of ["debug", "info", "warn", "error", "log"] as const) {
    vi.spyOn(console, level).mockImplementation((...parts: unknown[]) => void lines.push(parts.map(String).join(" ")));
  }
  const browser = await signedUp();
  const wrong = { email: EMAIL, password: "not the passphrase" };
  for (let attempt = 0; attempt < 12; attempt += 1) await new Browser().call(signInRoute, { body: wrong });
  await browser.call(sessionRoute, { scope: DOWN });
  await new Browser().call(signInRoute, { body: wrong, scope: DOWN });
  await new Browser().call(signUpRoute(STEPS), { body: ADA });
  const token = browser.cookie?.split(/[=.]/)[1] ?? "";
  expect(token).toHaveLength(32);
  expect(lines.length).toBeGreaterThan(12);
  for (const secret of ["ada@", PASSWORD, wrong.password, token]) expect(lines.join("\n")).not.toContain(secret);
  expect(lines.join("\n")).toContain("D1_ERROR: the database is down");
});
