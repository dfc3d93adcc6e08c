import { SESSION_COOKIE } from "../../../schema/openapi/document.ts";

/** Ours is about 130 characters: an id of 32, a signature of 44, percent-encoded. */
const COOKIE_CHARS_MAX = 512;

/** Makes the browser forget the session. */
export const CLEARED_SESSION_COOKIE = `${SESSION_COOKIE}=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax`;

/** The session cookie of a request as it was sent, or null. Says nothing about whether it is good. */
export function readSessionCookie(headers: Headers): string | null {
  for (const part of (headers.get("cookie") ?? "").split(";")) {
    const cookie = part.trim();
    if (!cookie.startsWith(`${SESSION_COOKIE}=`)) continue;
    const value = cookie.slice(SESSION_COOKIE.length + 1);
    return value === "" || value.length > COOKIE_CHARS_MAX ? null : value;
  }
  return null;
}

/** The `Set-Cookie` of the session among the headers that Better Auth answers with; null when it sets none. */
export function findSessionCookie(headers: Headers | null | undefined): string | null {
  return headers?.getSetCookie().find((cookie) => cookie.startsWith(`${SESSION_COOKIE}=`)) ?? null;
}
