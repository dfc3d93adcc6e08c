import { and, eq, inArray } from "drizzle-orm";
import { covers, permissionsOfRole } from "../../../schema/access/permissions.ts";
import { type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { teamMembers } from "../../../schema/tables/console.ts";
import { users } from "../../../schema/tables/identity.ts";
import { refuseExcess } from "../access/refuse-permission.ts";
import { type HookContext, type Hooks, type Removal, type Row, textOf, textOrNull } from "../api/hooks.ts";
import type { Precondition } from "../audit/commit.ts";
import { databaseOf, statement } from "../store/database.ts";

/** Members: nobody gives or takes a role that may do more than they may themselves, and the last owner stays. */
export const memberHooks: Hooks = {
  update: async (changes, row, context) => {
    const role = textOrNull(changes, "role");
    if (role === null) return {};
    const before = textOf(row, "role");
    if (exceeds(context, before)) return refuseExcess(`The role ${before}`);
    if (exceeds(context, role)) return refuseExcess(`The role ${role}`);
    return before === "owner" && role !== "owner" ? { preconditions: [anotherOwner(context, row)] } : {};
  },
  remove,
  decorate: async (rows, { scope }) => {
    const ids = rows.map((row) => textOf(row, "user_id"));
    if (ids.length === 0) return [];
    const people = await databaseOf(scope.env.DB)
      .select({ id: users.id, email: users.email, name: users.name })
      .from(users)
      .where(inArray(users.id, ids));
    const byId = new Map(people.map((person) => [person.id, person]));
    return ids.map((id) => ({ user_id: id, email: byId.get(id)?.email ?? null, name: byId.get(id)?.name ?? null }));
  },
};

const exceeds = ({ actor }: HookContext, role: string): boolean => !covers(actor.permissions, permissionsOfRole(role));

async function remove(row: Row, context: HookContext): Promise<Removal | Refused> {
  const role = textOf(row, "role");
  if (exceeds(context, role)) return refuseExcess(`The role ${role}`);
  const { scope, actor } = context;
  return {
    preconditions: role === "owner" ? [anotherOwner(context, row)] : [],
    before: [
      statement(
        databaseOf(scope.env.DB)
          .delete(teamMembers)
          .where(and(eq(teamMembers.org_id, actor.org_id), eq(teamMembers.member_id, textOf(row, "id")))),
      ),
    ],
    verb: "removed",
    details: { user_id: textOf(row, "user_id") },
  };
}

function anotherOwner({ actor }: HookContext, row: Row): Precondition {
  return {
    statement: {
      sql: "SELECT 1 FROM members WHERE org_id = ? AND role = 'owner' AND id <> ? LIMIT 1",
      params: [actor.org_id, textOf(row, "id")],
    },
    refusal: refuse("conflict", {
      message: "This is the last owner. Make somebody else an owner first.",
    }).refused,
  };
}
