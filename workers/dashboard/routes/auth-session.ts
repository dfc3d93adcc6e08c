import * as z from "zod";
import { formatTime } from "../../../schema/kernel/time.ts";
import type { SignedIn } from "../access/actor.ts";
import { json, refused } from "../http/respond.ts";
import type { SessionRoute } from "../http/route.ts";
import type { ConsoleScope } from "../http/scope.ts";
import { listMemberships } from "../identity/memberships.ts";
import { refreshSession } from "../identity/sessions.ts";
import { EXAMPLE_USER, orStoreDown, userOf, userSchema } from "./auth-shapes.ts";

const answerSchema = z.object({
  user: userSchema,
  session: z.object({ id: z.string(), expires_at: z.string() }),
  orgs: z.array(z.object({ org_id: z.string(), name: z.string(), role: z.string(), member_id: z.string() })),
});

/** GET /v1/auth/session: who is signed in, and where they belong. The one place where a session is prolonged. */
export const sessionRoute: SessionRoute = {
  method: "get",
  path: "/v1/auth/session",
  operation_id: "getSession",
  tag: "Identity",
  summary: "Show who is signed in",
  description:
    "The user, this session and the organisations of the user with their role there. Asking prolongs a session that was not prolonged for a day to seven days from now; pages ask when they load.",
  security: "session",
  headers: {},
  body: null,
  responses: {
    200: {
      description: "The session.",
      schema: answerSchema,
      example: {
        user: EXAMPLE_USER,
        session: { id: "ses_01", expires_at: "2026-12-01T00:00:00.000Z" },
        orgs: [{ org_id: "org_01", name: "Ada Lovelace's organisation", role: "owner", member_id: "mbr_01" }],
      } satisfies z.infer<typeof answerSchema>,
    },
  },
  errors: ["not_signed_in", "store_unavailable"],
  handle: ({ http }, scope, user) => showSession(http, scope, user),
};

function showSession(http: Request, scope: ConsoleScope, user: SignedIn): Promise<Response> {
  return orStoreDown(scope, "show_session", async () => {
    const [session, memberships] = await Promise.all([
      refreshSession(scope, http),
      listMemberships(scope, user.user_id),
    ]);
    // Ended between the check of the cookie and now.
    if (session === null) return refused(scope, { code: "not_signed_in" });
    const answer: z.infer<typeof answerSchema> = {
      user: userOf(user),
      session: { id: user.session_id, expires_at: formatTime(session.expires_at) },
      orgs: [...memberships],
    };
    return json(scope, answer, session.set_cookie === null ? {} : { headers: { "set-cookie": session.set_cookie } });
  });
}
