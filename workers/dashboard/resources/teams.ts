import { and, eq } from "drizzle-orm";
import { type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { teamMembers } from "../../../schema/tables/console.ts";
import { type HookContext, type Hooks, type Removal, type Row, textOf, textOrNull } from "../api/hooks.ts";
import type { Precondition } from "../audit/commit.ts";
import { databaseOf, statement } from "../store/database.ts";

/** Teams: a name is given once in an org, and a team that wallets belong to stays. */
export const teamHooks: Hooks = {
  create: async (values, context) => ({ preconditions: [nameIsFree(context, textOf(values, "name"), "")] }),
  update: async (changes, row, context) => {
    const name = textOrNull(changes, "name");
    return name === null ? {} : { preconditions: [nameIsFree(context, name, textOf(row, "id"))] };
  },
  remove,
};

function nameIsFree({ actor }: HookContext, name: string, own_id: string): Precondition {
  return {
    statement: {
      sql: "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM teams WHERE org_id = ? AND name = ? AND id <> ?)",
      params: [actor.org_id, name, own_id],
    },
    refusal: refuse("conflict", { message: `There is a team called "${name}" already.`, param: "name" }).refused,
  };
}

async function remove(row: Row, { scope, actor }: HookContext): Promise<Removal | Refused> {
  const id = textOf(row, "id");
  const db = databaseOf(scope.env.DB);
  return {
    preconditions: [
      {
        statement: {
          sql: "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM wallets WHERE org_id = ? AND team_id = ? AND archived_at IS NULL)",
          params: [actor.org_id, id],
        },
        refusal: refuse("conflict", {
          message: "Wallets belong to this team. Give them to another team, or archive them, first.",
        }).refused,
      },
    ],
    before: [
      statement(db.delete(teamMembers).where(and(eq(teamMembers.org_id, actor.org_id), eq(teamMembers.team_id, id)))),
      // Nobody is left whom they could be for.
      ...["alert_policies", "digests"].map((table) => ({
        sql: `DELETE FROM ${table} WHERE org_id = ? AND team_id = ?`,
        params: [actor.org_id, id],
      })),
    ],
  };
}
