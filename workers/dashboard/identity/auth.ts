import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { betterAuth } from "better-auth/minimal";
import { deriveKey } from "../../../schema/credential/derive-key.ts";
import { toBase64Url } from "../../../schema/kernel/base64.ts";
import type { Effects } from "../../../schema/kernel/effects.ts";
import { SESSION_COOKIE } from "../../../schema/openapi/document.ts";
import { accounts, sessions, users, verifications } from "../../../schema/tables/identity.ts";
import type { ConsoleConfig } from "../env.ts";
import { databaseOf } from "../store/database.ts";
import { issueSession } from "./issue-session.ts";
import { logAuthFailure } from "./store-failure.ts";

/** What identity needs of a request's scope; a ConsoleScope has it. */
export interface IdentityScope {
  readonly env: { readonly DB: D1Database };
  readonly config: Pick<ConsoleConfig, "AO_MASTER_KEY" | "AO_KEY_PEPPER">;
  readonly effects: Pick<Effects, "now" | "newId">;
  readonly request_id: string;
  /** The caller's address as the edge saw it; null on a machine of one's own. */
  readonly ip: string | null;
}

const DAY_SECONDS = 24 * 60 * 60;
/** A week's holiday signs one out, a weekend does not. */
export const SESSION_SECONDS = 7 * DAY_SECONDS;
/** A session in use is prolonged once a day: often enough never to end under somebody's hands, seldom enough to write. */
const SESSION_REFRESH_SECONDS = DAY_SECONDS;

export type Auth = ReturnType<typeof createAuth>;

const instances = new WeakMap<object, Auth>();

/**
 * Better Auth as a library: our routes call `auth.api`, and its own HTTP handler is mounted nowhere, so each action has
 * one door. One instance per environment, made by the first request that needs it.
 */
export async function authOf(scope: IdentityScope): Promise<Auth> {
  const known = instances.get(scope.env);
  if (known !== undefined) return known;
  const secret = await deriveKey(scope.config.AO_MASTER_KEY, "purpose:session-cookie");
  const auth = createAuth(scope, toBase64Url(secret));
  await auth.$context;
  // Kept when it is ready: a request may not wait on a promise that another request began.
  instances.set(scope.env, auth);
  return auth;
}

function createAuth({ env, effects }: IdentityScope, secret: string) {
  return betterAuth({
    appName: "AI Orchestrator",
    secret,
    // No baseURL: nothing here makes a URL. What does, such as single sign-on, takes the origin of its request.
    database: drizzleAdapter(databaseOf(env.DB), {
      provider: "sqlite",
      schema: { user: users, session: sessions, account: accounts, verification: verifications },
    }),
    // accounts.ts checks and stores passwords, with Better Auth's hashing: these would do more work for an address that
    // has an account than for one that has none, and make a user and the password in two steps.
    emailAndPassword: { enabled: false },
    session: {
      expiresIn: SESSION_SECONDS,
      updateAge: SESSION_REFRESH_SECONDS,
      // Each use looks at D1, so that an ended session is over at once.
      cookieCache: { enabled: false },
    },
    advanced: {
      // Would put `__Secure-` in front of our name, which has the stricter `__Host-`.
      useSecureCookies: false,
      cookies: {
        session_token: {
          name: SESSION_COOKIE,
          attributes: { httpOnly: true, secure: true, sameSite: "lax", path: "/" },
        },
      },
      trustedProxyHeaders: false,
      // Headers are made by `authHeaders`, from what the edge says.
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
      database: { generateId: ({ model }) => effects.newId(model === "session" ? "session" : "account") },
    },
    // Ours count in D1, see attempt-limit.ts; these would count per isolate, and on its own routes only.
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { level: "error", log: (_level, _message, ...details) => logAuthFailure(details) },
    // Single sign-on joins here: sso() from @better-auth/sso, with routes of ours in front of it.
    plugins: [issueSession],
  });
}

const ADDRESS_HEADER = "cf-connecting-ip";
/** As much of a `User-Agent` as tells devices apart in a list. */
const USER_AGENT_CHARS = 300;

/** The only headers that Better Auth sees: a cookie when a session is to be read, never when one is to be made. */
export function authHeaders(scope: IdentityScope, request: Request, cookie: string | null): Headers {
  const headers = new Headers();
  if (cookie !== null) headers.set("cookie", `${SESSION_COOKIE}=${cookie}`);
  if (scope.ip !== null) headers.set(ADDRESS_HEADER, scope.ip);
  const agent = request.headers.get("user-agent");
  if (agent !== null) headers.set("user-agent", agent.slice(0, USER_AGENT_CHARS));
  return headers;
}
