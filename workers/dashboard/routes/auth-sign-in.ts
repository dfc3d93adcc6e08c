import * as z from "zod";
import { unreachable } from "../../../schema/kernel/unreachable.ts";
import { json, refused } from "../http/respond.ts";
import type { OpenRoute, RouteInput } from "../http/route.ts";
import type { ConsoleScope } from "../http/scope.ts";
import { signIn } from "../identity/accounts.ts";
import { refuseAttempt } from "../identity/attempt-limit.ts";
import { emailField, passwordField } from "../identity/credentials.ts";
import { EXAMPLE_USER, IDENTITY_STORE_DOWN, userOf, userSchema } from "./auth-shapes.ts";

const bodySchema = z.object({ email: emailField, password: passwordField });

/** POST /v1/auth/sign-in: a session for an e-mail address and its password. */
export const signInRoute: OpenRoute = {
  method: "post",
  path: "/v1/auth/sign-in",
  operation_id: "signIn",
  tag: "Identity",
  summary: "Sign in",
  description:
    "Sets the session cookie, good for seven days and prolonged while it is used. An unknown address and a wrong password have the same answer. Ten attempts in 15 minutes for one account, 100 from one address.",
  security: "none",
  headers: {},
  body: { schema: bodySchema, example: { email: EXAMPLE_USER.email, password: "a long passphrase of yours" } },
  responses: {
    200: {
      description: "Signed in by the cookie.",
      schema: z.object({ user: userSchema }),
      example: { user: EXAMPLE_USER },
    },
  },
  errors: [
    "invalid_request",
    "sign_in_failed",
    "origin_denied",
    "unsupported_media_type",
    "rate_limited",
    "store_unavailable",
  ],
  handle: handleSignIn,
};

async function handleSignIn({ http, body }: RouteInput, scope: ConsoleScope): Promise<Response> {
  const answer = await signIn(scope, http, bodySchema.parse(body));
  switch (answer.status) {
    case "signed_in":
      return json(scope, { user: userOf(answer.user) }, { headers: { "set-cookie": answer.set_cookie } });
    case "wrong":
      return refused(scope, { code: "sign_in_failed" });
    case "rate_limited":
      return refused(scope, refuseAttempt(answer.retry_after_ms).refused);
    case "unavailable":
      return refused(scope, IDENTITY_STORE_DOWN);
    default:
      return unreachable(answer);
  }
}
