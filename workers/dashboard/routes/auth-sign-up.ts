import * as z from "zod";
import { ERRORS, isRefused, type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { unreachable } from "../../../schema/kernel/unreachable.ts";
import type { SignedIn } from "../access/actor.ts";
import { json, refused } from "../http/respond.ts";
import type { OpenRoute, RouteInput } from "../http/route.ts";
import type { ConsoleScope } from "../http/scope.ts";
import { type SignUpAnswer, signUp } from "../identity/accounts.ts";
import { refuseAttempt } from "../identity/attempt-limit.ts";
import { emailField, invitationTokenField, nameField, newPasswordField } from "../identity/credentials.ts";
import type { OrgToMake, SignUpSteps } from "../identity/sign-up-steps.ts";
import { dataJurisdictionField } from "../orgs/data-jurisdiction.ts";
import { EXAMPLE_USER, IDENTITY_STORE_DOWN, userOf, userSchema } from "./auth-shapes.ts";

const bodySchema = z.object({
  email: emailField,
  password: newPasswordField,
  name: nameField,
  org_name: nameField.optional().describe("The name of the organisation that is made. Not read with an invitation."),
  data_jurisdiction: dataJurisdictionField,
  invitation_token: invitationTokenField
    .optional()
    .describe("Joins the organisation of the invitation; none of one's own is made."),
});

const answerSchema = z.object({
  user: userSchema,
  org: z.object({ id: z.string(), name: z.string() }).nullable(),
  wallet_id: z.string().nullable().describe("The first wallet of the new organisation; null with an invitation."),
  problem: z.string().nullable().describe("What is still to be done when `org` is null."),
});
type Answer = z.infer<typeof answerSchema>;

/** POST /v1/auth/sign-up: an account, an org for it or a place in one, and a session. */
export const signUpRoute = (steps: SignUpSteps): OpenRoute => ({
  method: "post",
  path: "/v1/auth/sign-up",
  operation_id: "signUp",
  tag: "Identity",
  summary: "Make an account",
  description:
    "Makes an account with a password, an organisation that it owns with a first wallet, and sets the session cookie. With an invitation the account joins that organisation instead; the e-mail address must be the invited one. Where AO_SIGN_UP is `invited`, an invitation is needed. An account that exists already is a 409; an address may sign up 20 times an hour.",
  security: "none",
  headers: {},
  body: {
    schema: bodySchema,
    example: { email: EXAMPLE_USER.email, password: "a long passphrase of yours", name: EXAMPLE_USER.name },
  },
  responses: {
    201: {
      description: "The account was made and is signed in by the cookie.",
      schema: answerSchema,
      example: {
        user: EXAMPLE_USER,
        org: { id: "org_01", name: "Ada Lovelace's organisation" },
        wallet_id: "wal_01",
        problem: null,
      } satisfies Answer,
    },
  },
  errors: [
    "invalid_request",
    "forbidden",
    "origin_denied",
    "conflict",
    "unsupported_media_type",
    "rate_limited",
    "store_unavailable",
  ],
  handle: (input, scope) => handleSignUp(input, scope, steps),
});

async function handleSignUp({ http, body }: RouteInput, scope: ConsoleScope, steps: SignUpSteps): Promise<Response> {
  const { email, password, name, org_name, data_jurisdiction = null, invitation_token } = bodySchema.parse(body);
  const uninvited = await checkInvitation(scope, steps, email, invitation_token);
  if (uninvited !== null) return refused(scope, uninvited.refused);
  const answer = await signUp(scope, http, { email, password, name });
  if (answer.status !== "signed_up") return refused(scope, refusalOf(answer).refused);
  const place =
    invitation_token === undefined
      ? await ownOrg(scope, steps, answer.user, { name: org_name ?? `${name}'s organisation`, data_jurisdiction })
      : await invitedOrg(scope, steps, answer.user, invitation_token);
  return json(scope, { user: userOf(answer.user), ...place } satisfies Answer, {
    status: 201,
    headers: { "set-cookie": answer.set_cookie },
  });
}

/** Why this person may not sign up, or null. Everything that can be refused is, before there is an account. */
async function checkInvitation(
  scope: ConsoleScope,
  steps: SignUpSteps,
  email: string,
  token: string | undefined,
): Promise<Refused | null> {
  if (token === undefined) {
    if (scope.config.AO_SIGN_UP === "open") return null;
    return refuse("forbidden", {
      message: "Signing up needs an invitation here. Ask an administrator of your organisation for one.",
      param: "invitation_token",
    });
  }
  const found = await steps.findInvitation(scope, token);
  if (isRefused(found)) {
    return found.refused.code === "store_unavailable"
      ? found
      : refuse("forbidden", {
          message: "This invitation is not valid or was taken already. Ask for a new one.",
          param: "invitation_token",
        });
  }
  if (found.invitation.email === email) return null;
  return refuse("forbidden", {
    message: "This invitation is for another e-mail address. Sign up with the one that it was sent to.",
    param: "email",
  });
}

function refusalOf(answer: Exclude<SignUpAnswer, { readonly status: "signed_up" }>): Refused {
  switch (answer.status) {
    case "signed_up_only":
      return refuse("store_unavailable", {
        message:
          "Your account was made, but you are not signed in. Sign in with POST /v1/auth/sign-in, then POST /v1/orgs.",
      });
    case "email_taken":
      return refuse("conflict", {
        message: "There is an account with this e-mail address. Sign in with it.",
        param: "email",
      });
    case "rate_limited":
      return refuseAttempt(answer.retry_after_ms);
    case "unavailable":
      return { refused: IDENTITY_STORE_DOWN };
    default:
      return unreachable(answer);
  }
}

type Place = Omit<Answer, "user">;

async function ownOrg(scope: ConsoleScope, steps: SignUpSteps, user: SignedIn, org: OrgToMake): Promise<Place> {
  const made = await steps.createOrg(scope, user, org);
  if (!isRefused(made)) return { org: made.org, wallet_id: made.wallet_id, problem: null };
  return withoutOrg("your organisation was not", made, "Sign in and make it with POST /v1/orgs.");
}

async function invitedOrg(scope: ConsoleScope, steps: SignUpSteps, user: SignedIn, token: string): Promise<Place> {
  const joined = await steps.acceptInvitation(scope, user, token);
  if (!isRefused(joined)) return { org: joined.org, wallet_id: null, problem: null };
  return withoutOrg(
    "the invitation was not taken",
    joined,
    "Sign in and take it with POST /v1/invitations/accept, or ask for a new one.",
  );
}

/** The account stands and is signed in: an error would hide that. */
function withoutOrg(what: string, { refused: { code, message } }: Refused, next: string): Place {
  const problem = `Your account was made, but ${what}: ${message ?? ERRORS[code].public_text} ${next}`;
  return { org: null, wallet_id: null, problem };
}
