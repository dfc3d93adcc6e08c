import { and, eq } from "drizzle-orm";
import { log } from "../../../schema/kernel/log.ts";
import { accounts, users } from "../../../schema/tables/identity.ts";
import type { SignedIn } from "../access/actor.ts";
import { databaseOf } from "../store/database.ts";
import { clearAttempts, countAddress, countAttempt } from "./attempt-limit.ts";
import { authHeaders, authOf, type IdentityScope } from "./auth.ts";
import { findSessionCookie, readSessionCookie } from "./session-cookie.ts";
import { endSession, pruneSessions } from "./sessions.ts";
import { logStoreFailure } from "./store-failure.ts";

/** People and their passwords. Arguments are parsed by the schemas of credentials.ts; expected outcomes are statuses. */

/** Better Auth's name for an account that is a password. */
const PASSWORD_PROVIDER = "credential";

export type RateLimited = { readonly status: "rate_limited"; readonly retry_after_ms: number };

/** The store does not answer. What was asked for may have happened or not. */
export type Unavailable = { readonly status: "unavailable" };
const UNAVAILABLE: Unavailable = { status: "unavailable" };

/** Somebody who has just proved who they are, and the `Set-Cookie` of the session that was made for them. */
export interface NewSession {
  readonly user: SignedIn;
  readonly set_cookie: string;
}

export type SignUpAnswer =
  | ({ readonly status: "signed_up" } & NewSession)
  /** The account was made and has no session yet: signing in makes one. */
  | { readonly status: "signed_up_only" }
  | { readonly status: "email_taken" }
  | RateLimited
  | Unavailable;

/** Makes an account with a password, and a session for it. User and password are one transaction. */
export async function signUp(
  scope: IdentityScope,
  http: Request,
  person: { readonly email: string; readonly password: string; readonly name: string },
): Promise<SignUpAnswer> {
  let user_id: string;
  try {
    const attempt = await countAddress(scope, "sign_up_address");
    if (attempt.status === "rate_limited") return attempt;
    const made = await createUser(scope, person);
    if (made === null) return { status: "email_taken" };
    user_id = made;
  } catch (error) {
    logStoreFailure("sign_up", scope.request_id, error);
    return UNAVAILABLE;
  }
  log("info", "signed_up", { request_id: scope.request_id, user_id });
  try {
    return { status: "signed_up", ...(await newSession(scope, http, user_id)) };
  } catch (error) {
    logStoreFailure("sign_up_session", scope.request_id, error);
    return { status: "signed_up_only" };
  }
}

/** The id of the new user, or null when the address has one. */
async function createUser(
  scope: IdentityScope,
  { email, password, name }: { readonly email: string; readonly password: string; readonly name: string },
): Promise<string | null> {
  const { DB } = scope.env;
  const [taken] = await databaseOf(DB).select({ id: users.id }).from(users).where(eq(users.email, email)).limit(1);
  if (taken !== undefined) return null;
  const auth = await authOf(scope);
  const hash = await (await auth.$context).password.hash(password);
  const user_id = scope.effects.newId("user");
  const now = scope.effects.now();
  // Better Auth would write the two one after the other: a crash in between leaves an address that nobody can use.
  await DB.batch([
    DB.prepare(
      "INSERT INTO users (id, name, email, email_verified, created_at, updated_at) VALUES (?1, ?2, ?3, 0, ?4, ?4) ON CONFLICT (email) DO NOTHING",
    ).bind(user_id, name, email, now),
    DB.prepare(
      "INSERT INTO accounts (id, user_id, account_id, provider_id, password, created_at, updated_at) SELECT ?1, id, id, ?2, ?3, ?4, ?4 FROM users WHERE id = ?5",
    ).bind(scope.effects.newId("account"), PASSWORD_PROVIDER, hash, now, user_id),
  ]);
  // Asked for and not taken from the count of changed rows: a sign-up with the same address may have come first.
  const [made] = await databaseOf(DB).select({ id: users.id }).from(users).where(eq(users.id, user_id)).limit(1);
  return made?.id ?? null;
}

async function newSession(scope: IdentityScope, http: Request, user_id: string): Promise<NewSession> {
  const auth = await authOf(scope);
  const { headers, response } = await auth.api.issueSession({
    body: { user_id },
    headers: authHeaders(scope, http, null),
    returnHeaders: true,
  });
  await pruneSessions(scope, user_id);
  const { session_id, email, name } = response;
  return { user: { user_id, email, name, session_id }, set_cookie: cookieIn(headers) };
}

function cookieIn(headers: Headers): string {
  const cookie = findSessionCookie(headers);
  if (cookie === null) throw new Error("a session was made without a cookie");
  return cookie;
}

export type SignInAnswer =
  | ({ readonly status: "signed_in" } & NewSession)
  /** No such address, or another password: nobody can tell which, by the answer or by the time it takes. */
  | { readonly status: "wrong" }
  | RateLimited
  | Unavailable;

/**
 * Checks a password and makes a session with a token of its own: a cookie that the request brings along is not looked
 * at. The address is counted before the account, so that who is refused by address locks nobody out.
 */
export async function signIn(
  scope: IdentityScope,
  http: Request,
  presented: { readonly email: string; readonly password: string },
): Promise<SignInAnswer> {
  const { request_id } = scope;
  try {
    const address = await countAddress(scope, "sign_in_address");
    if (address.status === "rate_limited") return refusedByCount(request_id, "address", address);
    const account = await countAttempt(scope, "sign_in_email", presented.email);
    if (account.status === "rate_limited") return refusedByCount(request_id, "account", account);
    const session = await checkPassword(scope, http, presented);
    if (session === null) {
      log("info", "sign_in_refused", { request_id, reason: "wrong" });
      return { status: "wrong" };
    }
    await clearAttempts(scope, "sign_in_email", presented.email);
    const { user_id, session_id } = session.user;
    log("info", "signed_in", { request_id, user_id, session_id });
    return { status: "signed_in", ...session };
  } catch (error) {
    logStoreFailure("sign_in", request_id, error);
    return UNAVAILABLE;
  }
}

function refusedByCount(request_id: string, by: "address" | "account", answer: RateLimited): RateLimited {
  log("warn", "sign_in_refused", { request_id, reason: `too many attempts of one ${by}` });
  return answer;
}

/** Null when address or password is wrong. Both take one look at D1 and one hashing. */
async function checkPassword(
  scope: IdentityScope,
  http: Request,
  { email, password }: { readonly email: string; readonly password: string },
): Promise<NewSession | null> {
  const [account] = await databaseOf(scope.env.DB)
    .select({ user_id: users.id, hash: accounts.password })
    .from(users)
    .leftJoin(accounts, and(eq(accounts.userId, users.id), eq(accounts.providerId, PASSWORD_PROVIDER)))
    .where(eq(users.email, email))
    .limit(1);
  const hash = account?.hash ?? HASH_OF_NOTHING;
  const { password: hashing } = await (await authOf(scope)).$context;
  const right = await hashing.verify({ hash, password });
  if (!right || account === undefined || hash === HASH_OF_NOTHING) return null;
  const session = await newSession(scope, http, account.user_id);
  // A password that was changed while it was checked opens nothing: the change has ended all sessions that it found, and
  // this one may have come after.
  const now = await passwordOf(scope, account.user_id);
  if (now?.hash === hash) return session;
  await endSession(scope, account.user_id, session.user.session_id);
  return null;
}

/** In the form of Better Auth's hashes, `<salt>:<scrypt>`; no password is known that has it. */
const HASH_OF_NOTHING = `${"0".repeat(32)}:${"0".repeat(128)}`;

/** The account by which a user has a password, or null. */
async function passwordOf(
  scope: IdentityScope,
  user_id: string,
): Promise<{ readonly account_id: string; readonly hash: string } | null> {
  const [account] = await databaseOf(scope.env.DB)
    .select({ account_id: accounts.id, hash: accounts.password })
    .from(accounts)
    .where(and(eq(accounts.userId, user_id), eq(accounts.providerId, PASSWORD_PROVIDER)))
    .limit(1);
  return account === undefined || account.hash === null ? null : { account_id: account.account_id, hash: account.hash };
}

/**
 * Who is signed in by the cookie of this request: null when nobody is, `unavailable` when that cannot be found out, which
 * is not the same. Looks at D1 each time, so an ended session is over at once. Writes nothing, see `refreshSession`.
 */
export async function sessionOf(scope: IdentityScope, http: Request): Promise<SignedIn | null | "unavailable"> {
  const cookie = readSessionCookie(http.headers);
  if (cookie === null) return null;
  try {
    const auth = await authOf(scope);
    const found = await auth.api.getSession({
      headers: authHeaders(scope, http, cookie),
      query: { disableRefresh: true },
    });
    if (found === null) return null;
    const { user, session } = found;
    return { user_id: user.id, email: user.email, name: user.name, session_id: session.id };
  } catch (error) {
    logStoreFailure("session", scope.request_id, error);
    return "unavailable";
  }
}

export type ChangePasswordAnswer =
  | { readonly status: "changed"; readonly set_cookie: string }
  /** Changed, and all sessions are ended; no new one could be made. */
  | { readonly status: "changed_only" }
  | { readonly status: "wrong" }
  /** They sign in by other means. */
  | { readonly status: "no_password" }
  | RateLimited
  | Unavailable;

/**
 * Changes a password and ends all sessions of its owner, in one transaction; then makes a new session for the caller. Of
 * two changes at once one finds its current password wrong.
 */
export async function changePassword(
  scope: IdentityScope,
  http: Request,
  { user_id }: SignedIn,
  passwords: { readonly current: string; readonly next: string },
): Promise<ChangePasswordAnswer> {
  const { request_id } = scope;
  try {
    const attempt = await countAttempt(scope, "change_password_user", user_id);
    if (attempt.status === "rate_limited") return attempt;
    const outcome = await replacePassword(scope, user_id, passwords);
    log("info", "password_change", { request_id, user_id, outcome });
    if (outcome !== "changed") return { status: outcome };
  } catch (error) {
    logStoreFailure("change_password", request_id, error);
    return UNAVAILABLE;
  }
  try {
    await clearAttempts(scope, "change_password_user", user_id);
    return { status: "changed", set_cookie: (await newSession(scope, http, user_id)).set_cookie };
  } catch (error) {
    logStoreFailure("change_password_session", request_id, error);
    return { status: "changed_only" };
  }
}

async function replacePassword(
  scope: IdentityScope,
  user_id: string,
  { current, next }: { readonly current: string; readonly next: string },
): Promise<"changed" | "wrong" | "no_password"> {
  const { DB } = scope.env;
  const account = await passwordOf(scope, user_id);
  if (account === null) return "no_password";
  const { password } = await (await authOf(scope)).$context;
  if (!(await password.verify({ hash: account.hash, password: current }))) return "wrong";
  const hash = await password.hash(next);
  const now = scope.effects.now();
  const [, , kept] = await DB.batch([
    DB.prepare("UPDATE accounts SET password = ?1, updated_at = ?2 WHERE id = ?3 AND password = ?4").bind(
      hash,
      now,
      account.account_id,
      account.hash,
    ),
    DB.prepare(
      "DELETE FROM sessions WHERE user_id = ?1 AND EXISTS (SELECT 1 FROM accounts WHERE id = ?2 AND password = ?3)",
    ).bind(user_id, account.account_id, hash),
    DB.prepare("SELECT 1 FROM accounts WHERE id = ?1 AND password = ?2").bind(account.account_id, hash),
  ]);
  return kept?.results.length === 1 ? "changed" : "wrong";
}
