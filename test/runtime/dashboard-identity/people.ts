import { env } from "cloudflare:workers";
import { expect } from "vitest";
import type { ConsoleScope } from "../../../workers/dashboard/http/scope.ts";
import type { SignUpSteps } from "../../../workers/dashboard/identity/sign-up-steps.ts";
import { signInRoute } from "../../../workers/dashboard/routes/auth-sign-in.ts";
import { signUpRoute } from "../../../workers/dashboard/routes/auth-sign-up.ts";
import { Browser, scopeOf } from "./browser.ts";

export const PASSWORD = "a passphrase of ada's";
export const EMAIL = "ada@example.com";
export const ADA = { email: EMAIL, password: PASSWORD, name: "Ada Lovelace" } as const;

/** Orgs as far as signing up needs them: every org can be made, no invitation is known. */
export const STEPS: SignUpSteps = {
  findInvitation: async () => ({ refused: { code: "not_found" } }),
  acceptInvitation: async () => ({ refused: { code: "not_found" } }),
  createOrg: async (_scope, _user, { name }) => ({
    org: { id: "org_1", name },
    wallet_id: "wal_1",
    member_id: "mbr_1",
  }),
};

/** Of no address, so that a test may make as many as it likes. */
const anywhere = (): ConsoleScope => scopeOf({ ip: null });

/** A browser in which somebody has just signed up. */
export async function signedUp(person: { readonly email: string } = ADA): Promise<Browser> {
  const browser = new Browser();
  const body = { ...ADA, ...person };
  const answer = await browser.call(signUpRoute(STEPS), { body, scope: anywhere() });
  expect(answer.status).toBe(201);
  return browser;
}

/** Another browser in which the same person signs in. */
export async function signedIn(password: string = PASSWORD, email: string = EMAIL): Promise<Browser> {
  const browser = new Browser();
  const answer = await browser.call(signInRoute, { body: { email, password }, scope: anywhere() });
  expect(answer.status).toBe(200);
  return browser;
}

/** The code of the error that an answer holds, with its status. */
export async function errorOf(answer: Response): Promise<string> {
  const { error } = await answer.json<{ error: { code: string } }>();
  return `${answer.status} ${error.code}`;
}

export async function count(table: "users" | "sessions" | "accounts" | "sign_in_attempts"): Promise<number> {
  const sql = {
    users: "SELECT COUNT(*) AS n FROM users",
    sessions: "SELECT COUNT(*) AS n FROM sessions",
    accounts: "SELECT COUNT(*) AS n FROM accounts",
    sign_in_attempts: "SELECT COUNT(*) AS n FROM sign_in_attempts",
  }[table];
  return (await env.DB.prepare(sql).first<number>("n")) ?? 0;
}
