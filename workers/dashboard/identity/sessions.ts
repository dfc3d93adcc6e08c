import { isAPIError } from "better-auth/api";
import { and, desc, eq, gt, ne } from "drizzle-orm";
import { sessions } from "../../../schema/tables/identity.ts";
import type { SignedIn } from "../access/actor.ts";
import { databaseOf } from "../store/database.ts";
import { authHeaders, authOf, type IdentityScope } from "./auth.ts";
import { findSessionCookie, readSessionCookie } from "./session-cookie.ts";

/**
 * Where somebody is signed in. Nothing here knows or shows a token: sessions are named by id. All of these throw when D1
 * does not answer.
 */

/** More devices than anybody has; the oldest sessions beyond it end. Bounds the list and the table. */
export const SESSIONS_PER_USER = 100;

export interface SessionRow {
  readonly id: string;
  /** Milliseconds. */
  readonly created_at: number;
  readonly expires_at: number;
  /** As it was when the session began, of IPv6 the first 64 bits; null when it was not known. */
  readonly ip: string | null;
  readonly user_agent: string | null;
}

/** The sessions of a user that have not ended, newest first, at most SESSIONS_PER_USER. */
export async function listSessions(scope: IdentityScope, user_id: string): Promise<readonly SessionRow[]> {
  const found = await databaseOf(scope.env.DB)
    .select()
    .from(sessions)
    .where(and(eq(sessions.userId, user_id), gt(sessions.expiresAt, new Date(scope.effects.now()))))
    .orderBy(desc(sessions.createdAt), desc(sessions.id))
    .limit(SESSIONS_PER_USER);
  return found.map(({ id, createdAt, expiresAt, ipAddress, userAgent }) => ({
    id,
    created_at: createdAt.getTime(),
    expires_at: expiresAt.getTime(),
    // Better Auth writes an empty text for what it does not know.
    ip: ipAddress === "" ? null : ipAddress,
    user_agent: userAgent === "" ? null : userAgent,
  }));
}

/** Ends a session of this user; from then on it opens nothing. False when the user has no such session. */
export async function endSession(scope: IdentityScope, user_id: string, session_id: string): Promise<boolean> {
  const ended = await databaseOf(scope.env.DB)
    .delete(sessions)
    .where(and(eq(sessions.id, session_id), eq(sessions.userId, user_id)))
    .returning({ id: sessions.id });
  return ended.length > 0;
}

/** Ends all sessions of the user but the one they ask with. */
export async function endOtherSessions(scope: IdentityScope, { user_id, session_id }: SignedIn): Promise<void> {
  await databaseOf(scope.env.DB)
    .delete(sessions)
    .where(and(eq(sessions.userId, user_id), ne(sessions.id, session_id)));
}

/** Removes a user's expired sessions, and the oldest ones beyond SESSIONS_PER_USER. */
export async function pruneSessions(scope: IdentityScope, user_id: string): Promise<void> {
  await scope.env.DB.prepare(
    `DELETE FROM sessions WHERE user_id = ?1 AND (expires_at <= ?2 OR id NOT IN (
       SELECT id FROM sessions WHERE user_id = ?1 ORDER BY created_at DESC, id DESC LIMIT ?3))`,
  )
    .bind(user_id, scope.effects.now(), SESSIONS_PER_USER)
    .run();
}

/**
 * Prolongs the session of this request when it was not prolonged for a day. Answers when it expires, in milliseconds, and
 * the cookie to set when it was prolonged; null when there is no session.
 */
export async function refreshSession(
  scope: IdentityScope,
  http: Request,
): Promise<{ readonly expires_at: number; readonly set_cookie: string | null } | null> {
  const auth = await authOf(scope);
  const headers = authHeaders(scope, http, readSessionCookie(http.headers));
  const found = await auth.api.getSession({ headers, returnHeaders: true }).catch((error: unknown) => {
    // It was ended while it was prolonged.
    if (isAPIError(error) && error.statusCode === 401) return null;
    throw error;
  });
  if (found === null || found.response === null) return null;
  return { expires_at: found.response.session.expiresAt.getTime(), set_cookie: findSessionCookie(found.headers) };
}
