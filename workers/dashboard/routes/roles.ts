import * as z from "zod";
import {
  KEY_SCOPES,
  PERMISSIONS,
  ROLE_PERMISSIONS,
  ROLES,
  TEAM_ROLE_PERMISSIONS,
  TEAM_ROLES,
} from "../../../schema/access/permissions.ts";
import { json } from "../http/respond.ts";
import type { AdminRoute } from "../http/route.ts";

const role = z.object({ name: z.string(), permissions: z.array(z.string()) });

/** GET /v1/roles: the permission matrix. */
export const rolesRoute: AdminRoute = {
  method: "get",
  path: "/v1/roles",
  operation_id: "listRoles",
  tag: "Organisation",
  summary: "Show the permission matrix",
  description:
    "What each role may do everywhere in the organisation, what each team role may do on top with what belongs to its team, and what scopes a key may have.",
  security: "admin",
  permission: "org:read",
  headers: {},
  body: null,
  responses: {
    200: {
      description: "The matrix.",
      schema: z.object({
        roles: z.array(role),
        team_roles: z.array(role),
        permissions: z.array(z.string()),
        key_scopes: z.array(z.string()),
      }),
    },
  },
  errors: ["invalid_api_key", "not_signed_in", "forbidden", "store_unavailable"],
  handle: async (_input, scope) =>
    json(scope, {
      roles: ROLES.map((name) => ({ name, permissions: ROLE_PERMISSIONS[name] })),
      team_roles: TEAM_ROLES.map((name) => ({ name, permissions: TEAM_ROLE_PERMISSIONS[name] })),
      permissions: PERMISSIONS,
      key_scopes: KEY_SCOPES,
    }),
};
