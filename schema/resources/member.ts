import { ROLES } from "../access/permissions.ts";
import { members } from "../tables/console.ts";
import { choice } from "./field.ts";
import type { Resource } from "./resource.ts";

export const member = {
  name: "member",
  title: "Members",
  path: "/v1/members",
  tag: "Organisation",
  description:
    "The people of the organisation. New ones come by invitation. Nobody gives or takes a role that may do more than they may themselves, and the last owner stays.",
  table: members,
  id: "member",
  permissions: { read: "members:read", write: "members:write" },
  operations: ["list", "get", "update", "delete"],
  fields: { role: choice("What they may do: the page of roles and `GET /v1/roles` list it.", ROLES) },
  create: { required: [], optional: [] },
  update: ["role"],
  filter: ["role"],
  sort: ["created_at"],
  columns: ["email", "name", "role", "created_at"],
  example: { role: "admin" },
} as const satisfies Resource;
