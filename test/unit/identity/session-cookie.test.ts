import { expect, test } from "vitest";
import { findSessionCookie, readSessionCookie } from "../../../workers/dashboard/identity/session-cookie.ts";

const read = (cookie: string) => readSessionCookie(new Headers({ cookie }));

test.each([
  ["__Host-ao_session=abc.def", "abc.def"],
  ["theme=dark; __Host-ao_session=abc.def; x=y", "abc.def"],
  ["__Host-ao_session=first; __Host-ao_session=second", "first"],
  ["__Host-ao_session=a=b", "a=b"],
  ["ao_session=abc", null],
  ["x__Host-ao_session=abc", null],
  ["x=__Host-ao_session=abc", null],
  ["__host-ao_session=abc", null],
  ["__Host-ao_session=", null],
  [`__Host-ao_session=${"a".repeat(513)}`, null],
  ["", null],
])("of the cookies %j the session is %j", (cookie, session) => {
  expect(read(cookie)).toBe(session);
});

test("a request without cookies has no session", () => {
  expect(readSessionCookie(new Headers())).toBeNull();
});

test("of several cookies that are set, only the session's is passed on", () => {
  const headers = new Headers();
  headers.append("set-cookie", "better-auth.session_data=; Max-Age=0");
  headers.append("set-cookie", "__Host-ao_session=abc; Path=/");
  expect(findSessionCookie(headers)).toBe("__Host-ao_session=abc; Path=/");
  expect(findSessionCookie(new Headers())).toBeNull();
});
