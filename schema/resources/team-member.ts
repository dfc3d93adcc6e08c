import { TEAM_ROLES } from "../access/permissions.ts";
import { teamMembers } from "../tables/console.ts";
import { choice, reference } from "./field.ts";
import type { Resource } from "./resource.ts";

export const teamMember = {
  name: "team_member",
  title: "Team members",
  path: "/v1/team-members",
  tag: "Organisation",
  description: "A member's place in a team. A lead may manage it, and with it the team's people.",
  table: teamMembers,
  id: "team_member",
  permissions: { read: "team_members:read", write: "team_members:write" },
  operations: ["list", "get", "create", "update", "delete"],
  fields: {
    team_id: reference("The team.", "team"),
    member_id: reference("The member.", "member"),
    role: choice("What they may do with what belongs to the team.", TEAM_ROLES),
  },
  create: { required: ["team_id", "member_id", "role"], optional: [] },
  update: ["role"],
  filter: ["team_id", "member_id", "role"],
  sort: ["created_at"],
  columns: ["team_id", "member_id", "role", "created_at"],
  example: { team_id: "team_01", member_id: "mbr_01", role: "lead" },
} as const satisfies Resource;
