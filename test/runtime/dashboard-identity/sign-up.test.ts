import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import type { SignUpSteps } from "../../../workers/dashboard/identity/sign-up-steps.ts";
import { sessionRoute } from "../../../workers/dashboard/routes/auth-session.ts";
import { signUpRoute } from "../../../workers/dashboard/routes/auth-sign-up.ts";
import { Browser, scopeOf } from "./browser.ts";
import { fresh } from "./fresh.ts";
import { ADA, count, EMAIL, errorOf, STEPS, signedIn } from "./people.ts";

beforeEach(fresh);

const TOKEN = "an invitation";

/** Knows one invitation, of one address. */
const inviting = (email: string): SignUpSteps => ({
  ...STEPS,
  findInvitation: async (_scope, token) =>
    token === TOKEN ? { invitation: { email } } : { refused: { code: "not_found" } },
  acceptInvitation: async () => ({ org: { id: "org_9", name: "Analytical Engines" }, member_id: "mbr_9" }),
  createOrg: async () => {
    throw new Error("somebody invited needs no org of their own");
  },
});

const INVITED_ONLY = scopeOf({ config: { AO_SIGN_UP: "invited" } });

describe("signing up", () => {
  test("makes an account, its org and a session, and answers nothing else", async () => {
    const browser = new Browser();
    const answer = await browser.call(signUpRoute(STEPS), {
      body: { ...ADA, role: "owner", id: "usr_mine", emailVerified: true },
    });
    expect(answer.status).toBe(201);
    expect(await answer.json()).toEqual({
      user: { id: expect.stringMatching(/^usr_[0-9a-z]{26}$/), email: EMAIL, name: ADA.name },
      org: { id: "org_1", name: "Ada Lovelace's organisation" },
      wallet_id: "wal_1",
      problem: null,
    });
    expect((await browser.call(sessionRoute)).status).toBe(200);
    expect(await env.DB.prepare("SELECT email_verified FROM users").first("email_verified")).toBe(0);
  });

  test("stores no password, only its hash", async () => {
    await new Browser().call(signUpRoute(STEPS), { body: ADA });
    for (const table of ["SELECT * FROM users", "SELECT * FROM accounts", "SELECT * FROM sessions"]) {
      expect(JSON.stringify((await env.DB.prepare(table).all()).results)).not.toContain(ADA.password);
    }
    // 16 bytes of salt and 64 of scrypt.
    expect(await env.DB.prepare("SELECT password FROM accounts").first("password")).toMatch(
      /^[0-9a-f]{32}:[0-9a-f]{128}$/,
    );
  });

  test("names the org as it is told", async () => {
    const answer = await new Browser().call(signUpRoute(STEPS), { body: { ...ADA, org_name: "Engines" } });
    expect(await answer.json()).toMatchObject({ org: { name: "Engines" } });
  });

  test("twice with one address is a conflict that tells nothing of the account, and signs nobody in", async () => {
    await new Browser().call(signUpRoute(STEPS), { body: ADA });
    const answer = await new Browser().call(signUpRoute(STEPS), {
      body: { ...ADA, name: "Eve", password: "a passphrase of eve's" },
    });
    expect(answer.headers.get("set-cookie")).toBeNull();
    expect(await answer.text()).not.toContain(ADA.name);
    expect(answer.status).toBe(409);
    await signedIn();
  });

  test("at once with one address makes one account, whose password is that of whoever was told so", async () => {
    const passwords = ["passphrase one", "passphrase two", "passphrase three"];
    const answers = await Promise.all(
      passwords.map((password) => new Browser().call(signUpRoute(STEPS), { body: { ...ADA, password } })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    expect([await count("users"), await count("accounts"), await count("sessions")]).toEqual([1, 1, 1]);
    await signedIn(passwords[answers.findIndex(({ status }) => status === 201)]);
  });

  test.each([
    ["an address that is none", { email: "ada" }, "email"],
    ["an address that is too long", { email: `${"a".repeat(250)}@example.com` }, "email"],
    ["a password that is too short", { password: "x".repeat(11) }, "password"],
    ["a password that is too long", { password: "x".repeat(257) }, "password"],
    ["no name", { name: " " }, "name"],
    ["a token that is too long", { invitation_token: "x".repeat(257) }, "invitation_token"],
  ])("refuses %s before it counts or hashes anything", async (_why, change, param) => {
    const answer = await new Browser().call(signUpRoute(STEPS), { body: { ...ADA, ...change } });
    const { error } = await answer.json<{ error: { code: string; param: string } }>();
    expect([answer.status, error.param]).toEqual([400, param]);
    expect([await count("users"), await count("sign_in_attempts")]).toEqual([0, 0]);
  });

  test("leaves either a user with a password or no user", async () => {
    await env.DB.exec("CREATE TRIGGER down BEFORE INSERT ON accounts BEGIN SELECT RAISE(ABORT, 'down'); END");
    const answer = await new Browser().call(signUpRoute(STEPS), { body: ADA });
    expect(await errorOf(answer)).toBe("503 store_unavailable");
    expect(await count("users")).toBe(0);
  });

  test("that cannot make a session says that the account is there", async () => {
    await env.DB.exec("CREATE TRIGGER down BEFORE INSERT ON sessions BEGIN SELECT RAISE(ABORT, 'down'); END");
    const answer = await new Browser().call(signUpRoute(STEPS), { body: ADA });
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain("Your account was made");
    await env.DB.exec("DROP TRIGGER down");
    await signedIn();
  });

  test("whose org cannot be made signs in all the same, and says what to do", async () => {
    const steps: SignUpSteps = { ...STEPS, createOrg: async () => ({ refused: { code: "store_unavailable" } }) };
    const browser = new Browser();
    const answer = await browser.call(signUpRoute(steps), { body: ADA });
    expect(answer.status).toBe(201);
    expect(await answer.json()).toMatchObject({
      org: null,
      wallet_id: null,
      problem: expect.stringContaining("POST /v1/orgs"),
    });
    expect((await browser.call(sessionRoute)).status).toBe(200);
  });
});

describe("an invitation", () => {
  test("brings its holder into its org and makes no other", async () => {
    const answer = await new Browser().call(signUpRoute(inviting(EMAIL)), {
      body: { ...ADA, email: "ADA@example.com", invitation_token: TOKEN },
      scope: INVITED_ONLY,
    });
    expect(answer.status).toBe(201);
    expect(await answer.json()).toMatchObject({ org: { id: "org_9" }, wallet_id: null, problem: null });
  });

  test.each([
    ["is missing where one is needed", {}, "invited", EMAIL],
    ["is not known", { invitation_token: "guessed" }, "invited", EMAIL],
    ["is not known, where none is needed", { invitation_token: "guessed" }, "open", EMAIL],
    ["is for somebody else", { invitation_token: TOKEN }, "open", "eve@example.com"],
  ] as const)("that %s is a 403 before there is an account", async (_why, change, AO_SIGN_UP, invited) => {
    const answer = await new Browser().call(signUpRoute(inviting(invited)), {
      body: { ...ADA, ...change },
      scope: scopeOf({ config: { AO_SIGN_UP } }),
    });
    expect(await errorOf(answer)).toBe("403 forbidden");
    expect(answer.headers.get("set-cookie")).toBeNull();
    expect(await count("users")).toBe(0);
  });

  test("that cannot be looked up is a 503", async () => {
    const steps: SignUpSteps = { ...STEPS, findInvitation: async () => ({ refused: { code: "store_unavailable" } }) };
    const body = { ...ADA, invitation_token: TOKEN };
    expect(await errorOf(await new Browser().call(signUpRoute(steps), { body }))).toBe("503 store_unavailable");
    expect(await count("users")).toBe(0);
  });

  test("that was taken meanwhile leaves an account that knows what to do", async () => {
    const steps: SignUpSteps = {
      ...inviting(EMAIL),
      acceptInvitation: async () => ({ refused: { code: "conflict", message: "It was taken." } }),
    };
    const answer = await new Browser().call(signUpRoute(steps), { body: { ...ADA, invitation_token: TOKEN } });
    expect(await answer.json()).toMatchObject({ org: null, problem: expect.stringContaining("It was taken.") });
  });
});
