import { eq } from "drizzle-orm";
import * as z from "zod";
import { orgs } from "../../../schema/tables/tables.ts";
import { auditActorSchema } from "../../../schema/wire/audit-rpc.ts";
import { auditActor } from "../audit/commit.ts";
import { json } from "../http/respond.ts";
import type { AdminRoute } from "../http/route.ts";
import { databaseOf } from "../store/database.ts";

/** GET /v1/me: who acts, where, and what they may do there. */
export const meRoute: AdminRoute = {
  method: "get",
  path: "/v1/me",
  operation_id: "getMe",
  tag: "Identity",
  summary: "Show who you are here",
  description: "The user or key that calls, the organisation that it acts in, and its permissions.",
  security: "admin",
  permission: "org:read",
  headers: {},
  body: null,
  responses: {
    200: {
      description: "You.",
      schema: z.object({
        actor: auditActorSchema,
        role: z.string().nullable(),
        member_id: z.string().nullable(),
        org: z.object({
          id: z.string(),
          name: z.string(),
          demo: z.boolean().describe("Whether its traffic was made up, to be looked at."),
        }),
        permissions: z.array(z.string()),
        team_permissions: z.record(z.string(), z.array(z.string())),
      }),
    },
  },
  errors: ["invalid_request", "invalid_api_key", "not_signed_in", "forbidden", "store_unavailable"],
  async handle(_input, scope, actor) {
    const [org] = await databaseOf(scope.env.DB).select().from(orgs).where(eq(orgs.id, actor.org_id)).limit(1);
    return json(scope, {
      actor: auditActor(actor),
      role: actor.type === "user" ? actor.role : null,
      member_id: actor.type === "user" ? actor.member_id : null,
      org: { id: actor.org_id, name: org?.name ?? actor.org_id, demo: org?.demo ?? false },
      permissions: [...actor.permissions],
      team_permissions: Object.fromEntries([...actor.team_permissions].map(([id, held]) => [id, [...held]])),
    });
  },
};
