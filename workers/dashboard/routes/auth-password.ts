import * as z from "zod";
import { unreachable } from "../../../schema/kernel/unreachable.ts";
import type { SignedIn } from "../access/actor.ts";
import { noContent, refused } from "../http/respond.ts";
import type { RouteInput, SessionRoute } from "../http/route.ts";
import type { ConsoleScope } from "../http/scope.ts";
import { changePassword } from "../identity/accounts.ts";
import { refuseAttempt } from "../identity/attempt-limit.ts";
import { newPasswordField, passwordField } from "../identity/credentials.ts";
import { CLEARED_SESSION_COOKIE } from "../identity/session-cookie.ts";
import { IDENTITY_STORE_DOWN } from "./auth-shapes.ts";

const bodySchema = z.object({ current_password: passwordField, new_password: newPasswordField });

/** POST /v1/auth/password: another password, and all other sessions ended. */
export const passwordRoute: SessionRoute = {
  method: "post",
  path: "/v1/auth/password",
  operation_id: "changePassword",
  tag: "Identity",
  summary: "Change the password",
  description:
    "Needs the current password. Ends every session of the user, this one too, and sets the cookie of a new one. Ten attempts in 15 minutes.",
  security: "session",
  headers: {},
  body: {
    schema: bodySchema,
    example: { current_password: "a long passphrase of yours", new_password: "another passphrase of yours" },
  },
  responses: { 204: { description: "Changed. The cookie is of the only session that is left." } },
  errors: [
    "invalid_request",
    "not_signed_in",
    "origin_denied",
    "conflict",
    "unsupported_media_type",
    "rate_limited",
    "store_unavailable",
  ],
  handle: handleChange,
};

async function handleChange({ http, body }: RouteInput, scope: ConsoleScope, user: SignedIn): Promise<Response> {
  const { current_password, new_password } = bodySchema.parse(body);
  const answer = await changePassword(scope, http, user, { current: current_password, next: new_password });
  switch (answer.status) {
    case "changed":
      return withCookie(noContent(scope), answer.set_cookie);
    case "changed_only":
      return withCookie(refused(scope, CHANGED_ONLY), CLEARED_SESSION_COOKIE);
    case "wrong":
      // Not a 401: the session is good.
      return refused(scope, {
        code: "invalid_request",
        message: "The current password is wrong.",
        param: "current_password",
      });
    case "no_password":
      return refused(scope, { code: "conflict", message: "This account has no password: it signs in by other means." });
    case "rate_limited":
      return refused(scope, refuseAttempt(answer.retry_after_ms).refused);
    case "unavailable":
      return refused(scope, IDENTITY_STORE_DOWN);
    default:
      return unreachable(answer);
  }
}

const CHANGED_ONLY = {
  code: "store_unavailable",
  message: "The password was changed and all sessions are ended. Sign in with the new password.",
} as const;

function withCookie(answer: Response, cookie: string): Response {
  answer.headers.set("set-cookie", cookie);
  return answer;
}
