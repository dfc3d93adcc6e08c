import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import {
  ATTEMPT_LIMITS,
  clearAttempts,
  countAddress,
  countAttempt,
} from "../../../workers/dashboard/identity/attempt-limit.ts";
import { signInRoute } from "../../../workers/dashboard/routes/auth-sign-in.ts";
import { signUpRoute } from "../../../workers/dashboard/routes/auth-sign-up.ts";
import { Browser, scopeOf } from "./browser.ts";
import { fresh } from "./fresh.ts";
import { ADA, count, EMAIL, errorOf, PASSWORD, STEPS, signedIn, signedUp } from "./people.ts";

beforeEach(fresh);

const MINUTE_MS = 60_000;
const WRONG = { email: EMAIL, password: "not the passphrase" };

const attempt = async (body: object, scope = scopeOf()) =>
  errorOf(await new Browser().call(signInRoute, { body, scope }));

/** So many counted attempts, all at once, and how many were admitted. */
async function admitted(attempts: number, countOne: () => Promise<{ readonly status: string }>): Promise<number> {
  const answers = await Promise.all(Array.from({ length: attempts }, countOne));
  return answers.filter(({ status }) => status === "admitted").length;
}

describe("guessing a password", () => {
  test("is checked ten times of twenty that come at once", async () => {
    await signedUp();
    const answers = await Promise.all(Array.from({ length: 20 }, () => attempt(WRONG)));
    expect(answers.filter((answer) => answer === "401 sign_in_failed")).toHaveLength(10);
    expect(answers.filter((answer) => answer === "429 rate_limited")).toHaveLength(10);
  });

  test("is refused the right one too, then, and says when to come back", async () => {
    await signedUp();
    await admitted(10, () => countAttempt(scopeOf(), "sign_in_email", EMAIL));
    const answer = await new Browser().call(signInRoute, { body: { email: EMAIL, password: PASSWORD } });
    expect(answer.status).toBe(429);
    const wait_seconds = Number(answer.headers.get("retry-after"));
    expect(wait_seconds).toBeGreaterThan(0);
    expect(wait_seconds).toBeLessThanOrEqual(15 * 60);
    expect((await answer.json<{ error: { message: string } }>()).error.message).toMatch(
      /^Too many attempts\. Try again in 15 minutes\.$/,
    );
  });

  test("is refused in the same words for an address that nobody has", async () => {
    await signedUp();
    const say = async (email: string) => {
      const scope = scopeOf({ now: () => 1_800_000_000_000 });
      await admitted(10, () => countAttempt(scope, "sign_in_email", email));
      return await (await new Browser().call(signInRoute, { body: { email, password: PASSWORD }, scope })).text();
    };
    expect(await say(EMAIL)).toBe(await say("nobody@example.com"));
  });

  test("is counted anew after a sign-in that succeeds, and for nobody else", async () => {
    await signedUp();
    await admitted(9, () => countAttempt(scopeOf(), "sign_in_email", EMAIL));
    await admitted(10, () => countAttempt(scopeOf(), "sign_in_email", "eve@example.com"));
    await signedIn();
    expect(await admitted(20, () => countAttempt(scopeOf(), "sign_in_email", EMAIL))).toBe(10);
    expect(await admitted(1, () => countAttempt(scopeOf(), "sign_in_email", "eve@example.com"))).toBe(0);
  });

  test("is one count for every spelling of an address", async () => {
    for (const email of ["ada@example.com", "ADA@example.com", " ada@Example.com"]) await attempt({ ...WRONG, email });
    expect(await admitted(10, () => countAttempt(scopeOf(), "sign_in_email", EMAIL))).toBe(7);
  });
});

describe("a count", () => {
  let now = 1_800_000_000_000;
  const scope = () => scopeOf({ now: () => now });

  test("begins anew when its window is over, which refused attempts do not put off", async () => {
    const from = now;
    const { attempts, window_ms } = ATTEMPT_LIMITS.sign_in_email;
    expect(await admitted(attempts + 5, () => countAttempt(scope(), "sign_in_email", EMAIL))).toBe(attempts);
    now = from + window_ms - 1;
    expect(await countAttempt(scope(), "sign_in_email", EMAIL)).toEqual({ status: "rate_limited", retry_after_ms: 1 });
    now = from + window_ms;
    expect(await admitted(attempts + 5, () => countAttempt(scope(), "sign_in_email", EMAIL))).toBe(attempts);
  });

  test("is not begun anew by a clock that lags, nor held for ever by one that was ahead", async () => {
    const from = now;
    await admitted(10, () => countAttempt(scope(), "sign_in_email", EMAIL));
    now = from - 5_000;
    expect(await countAttempt(scope(), "sign_in_email", EMAIL)).toEqual({
      status: "rate_limited",
      retry_after_ms: 15 * MINUTE_MS,
    });
    now = from - 365 * 24 * 60 * MINUTE_MS;
    expect(await admitted(1, () => countAttempt(scope(), "sign_in_email", EMAIL))).toBe(1);
  });

  test("of one kind is not that of another, and can be cleared", async () => {
    await admitted(10, () => countAttempt(scope(), "sign_in_email", EMAIL));
    expect(await admitted(10, () => countAttempt(scope(), "change_password_user", EMAIL))).toBe(10);
    await clearAttempts(scope(), "sign_in_email", EMAIL);
    expect(await admitted(1, () => countAttempt(scope(), "sign_in_email", EMAIL))).toBe(1);
    expect(await admitted(1, () => countAttempt(scope(), "change_password_user", EMAIL))).toBe(0);
  });

  test("holds no address in the clear, and is removed when it can count for nothing", async () => {
    for (let index = 0; index < 5; index += 1) await countAttempt(scope(), "sign_in_email", `${index}@example.com`);
    const rows = await env.DB.prepare("SELECT * FROM sign_in_attempts").all();
    expect(JSON.stringify(rows.results)).not.toContain("example.com");
    now += 61 * MINUTE_MS;
    await countAttempt(scope(), "sign_in_email", "a@example.com");
    await countAttempt(scope(), "sign_in_email", "b@example.com");
    expect(await count("sign_in_attempts")).toBe(2);
  });
});

describe("one network address", () => {
  test("may sign in 100 times in 15 minutes, and is refused before it can lock an account out", async () => {
    expect(await admitted(120, () => countAddress(scopeOf(), "sign_in_address"))).toBe(100);
    expect(await attempt(WRONG)).toBe("429 rate_limited");
    expect(await admitted(10, () => countAttempt(scopeOf(), "sign_in_email", EMAIL))).toBe(10);
    expect(await attempt({ ...WRONG, email: "b@example.com" }, scopeOf({ ip: "93.184.216.8" }))).toBe(
      "401 sign_in_failed",
    );
  });

  test("of IPv6 is the whole /64", async () => {
    let host = 0;
    const next = () => scopeOf({ ip: `2a00:1450:1:2::${(host++).toString(16)}` });
    expect(await admitted(120, () => countAddress(next(), "sign_in_address"))).toBe(100);
  });

  test("may sign up 20 times in an hour, so asking who has an account is slow", async () => {
    await signedUp();
    expect(await admitted(19, () => countAddress(scopeOf(), "sign_up_address"))).toBe(19);
    const up = async () => errorOf(await new Browser().call(signUpRoute(STEPS), { body: ADA }));
    expect(await up()).toBe("409 conflict");
    expect(await up()).toBe("429 rate_limited");
  });

  test("that is not known is not limited", async () => {
    expect(await admitted(150, () => countAddress(scopeOf({ ip: null }), "sign_in_address"))).toBe(150);
    expect(await count("sign_in_attempts")).toBe(0);
  });
});
