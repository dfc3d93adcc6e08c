import type { SignedIn } from "../access/actor.ts";
import { noContent } from "../http/respond.ts";
import type { SessionRoute } from "../http/route.ts";
import type { ConsoleScope } from "../http/scope.ts";
import { CLEARED_SESSION_COOKIE } from "../identity/session-cookie.ts";
import { endSession } from "../identity/sessions.ts";
import { orStoreDown } from "./auth-shapes.ts";

/** POST /v1/auth/sign-out: ends the session that asks. */
export const signOutRoute: SessionRoute = {
  method: "post",
  path: "/v1/auth/sign-out",
  operation_id: "signOut",
  tag: "Identity",
  summary: "Sign out",
  description:
    "Ends this session and clears its cookie. A copy of the cookie opens nothing any more. A 503 means that it may still be open.",
  security: "session",
  headers: {},
  body: null,
  responses: { 204: { description: "Signed out." } },
  errors: ["not_signed_in", "origin_denied", "store_unavailable"],
  handle: (_input, scope, user) => signOut(scope, user),
};

function signOut(scope: ConsoleScope, { user_id, session_id }: SignedIn): Promise<Response> {
  return orStoreDown(scope, "sign_out", async () => {
    await endSession(scope, user_id, session_id);
    const answer = noContent(scope);
    answer.headers.set("set-cookie", CLEARED_SESSION_COOKIE);
    return answer;
  });
}
