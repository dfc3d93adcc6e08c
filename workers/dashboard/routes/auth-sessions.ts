import * as z from "zod";
import { formatTime } from "../../../schema/kernel/time.ts";
import type { SignedIn } from "../access/actor.ts";
import { json, noContent, refused } from "../http/respond.ts";
import type { RouteInput, SessionRoute } from "../http/route.ts";
import type { ConsoleScope } from "../http/scope.ts";
import { CLEARED_SESSION_COOKIE } from "../identity/session-cookie.ts";
import { endOtherSessions, endSession, listSessions } from "../identity/sessions.ts";
import { orStoreDown } from "./auth-shapes.ts";

/** /v1/auth/sessions: where somebody is signed in. Sessions are named by id; no answer holds a token. */

const common = { tag: "Identity", security: "session", headers: {}, body: null } as const;

const answerSchema = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      created_at: z.string(),
      expires_at: z.string(),
      ip: z.string().nullable().describe("Of IPv6 the first 64 bits."),
      user_agent: z.string().nullable(),
      current: z.boolean().describe("Whether it is the session that asks."),
    }),
  ),
});

export const listSessionsRoute: SessionRoute = {
  ...common,
  method: "get",
  path: "/v1/auth/sessions",
  operation_id: "listSessions",
  summary: "List one's sessions",
  description: "Every session of the user that has not ended, newest first; at most 100, older ones end by themselves.",
  responses: {
    200: {
      description: "The sessions.",
      schema: answerSchema,
      example: {
        data: [
          {
            id: "ses_01",
            created_at: "2026-11-24T00:00:00.000Z",
            expires_at: "2026-12-01T00:00:00.000Z",
            ip: "203.0.113.7",
            user_agent: "Mozilla/5.0",
            current: true,
          },
        ],
      } satisfies z.infer<typeof answerSchema>,
    },
  },
  errors: ["not_signed_in", "store_unavailable"],
  handle: (_input, scope, user) => list(scope, user),
};

export const endSessionRoute: SessionRoute = {
  ...common,
  method: "delete",
  path: "/v1/auth/sessions/{id}",
  operation_id: "endSession",
  summary: "End one of one's sessions",
  description: "From the answer on it opens nothing. Ending the session that asks is signing out.",
  params: { id: "The session's id, `ses_…`." },
  responses: { 204: { description: "Ended." } },
  errors: ["not_signed_in", "origin_denied", "not_found", "store_unavailable"],
  handle: end,
};

export const endOtherSessionsRoute: SessionRoute = {
  ...common,
  method: "delete",
  path: "/v1/auth/sessions",
  operation_id: "endOtherSessions",
  summary: "End all other sessions",
  description: "Signs the user out everywhere but here.",
  responses: { 204: { description: "Ended." } },
  errors: ["not_signed_in", "origin_denied", "store_unavailable"],
  handle: (_input, scope, user) => endOthers(scope, user),
};

function list(scope: ConsoleScope, { user_id, session_id }: SignedIn): Promise<Response> {
  return orStoreDown(scope, "list_sessions", async () => {
    const sessions = await listSessions(scope, user_id);
    const answer: z.infer<typeof answerSchema> = {
      data: sessions.map(({ id, created_at, expires_at, ip, user_agent }) => ({
        id,
        created_at: formatTime(created_at),
        expires_at: formatTime(expires_at),
        ip,
        user_agent,
        current: id === session_id,
      })),
    };
    return json(scope, answer);
  });
}

function end({ params: { id = "" } }: RouteInput, scope: ConsoleScope, user: SignedIn): Promise<Response> {
  return orStoreDown(scope, "end_session", async () => {
    if (!(await endSession(scope, user.user_id, id))) {
      return refused(scope, { code: "not_found", message: "There is no such session." });
    }
    const answer = noContent(scope);
    if (id === user.session_id) answer.headers.set("set-cookie", CLEARED_SESSION_COOKIE);
    return answer;
  });
}

function endOthers(scope: ConsoleScope, user: SignedIn): Promise<Response> {
  return orStoreDown(scope, "end_other_sessions", async () => {
    await endOtherSessions(scope, user);
    return noContent(scope);
  });
}
