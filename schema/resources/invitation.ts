import * as z from "zod";
import { ROLES, TEAM_ROLES } from "../access/permissions.ts";
import { invitations } from "../tables/console.ts";
import { choice, type Field, orNull, reference, time } from "./field.ts";
import type { Resource } from "./resource.ts";

const email: Field = {
  description: "Whom the invitation is for. It can be taken by an account with this address only.",
  input: z.string().trim().toLowerCase().max(254).pipe(z.email("must be an e-mail address")),
  output: z.string(),
  show: (stored) => stored,
  widget: { kind: "text" },
};

export const invitation = {
  name: "invitation",
  title: "Invitations",
  path: "/v1/invitations",
  tag: "Organisation",
  description:
    "Asks somebody into the organisation. The answer to the creating call has a `token`, shown once: hand it to the person, who signs in or up with that address and accepts it. Deleting an invitation revokes it.",
  table: invitations,
  id: "invitation",
  permissions: { read: "invitations:read", write: "invitations:write" },
  operations: ["list", "get", "create", "delete"],
  fields: {
    email,
    role: choice("The role they will have; not more than your own.", ROLES),
    team_id: orNull(reference("A team that they join at once.", "team")),
    team_role: orNull(choice("Their role in that team.", TEAM_ROLES)),
    expires_at: time("When it ends; seven days from now unless given, 30 at most."),
    accepted_at: orNull(time("When it was taken.")),
    revoked_at: orNull(time("When it was revoked.")),
  },
  create: { required: ["email", "role"], optional: ["team_id", "team_role", "expires_at"] },
  update: [],
  filter: ["email", "role", "team_id"],
  sort: ["created_at", "expires_at", "email"],
  columns: ["email", "role", "expires_at", "accepted_at", "revoked_at"],
  example: { email: "ada@example.com", role: "member" },
} as const satisfies Resource;
