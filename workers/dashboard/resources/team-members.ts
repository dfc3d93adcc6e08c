import { type Permission, permissionsOfTeamRole } from "../../../schema/access/permissions.ts";
import { type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { may } from "../access/actor.ts";
import { refuseExcess } from "../access/refuse-permission.ts";
import { type HookContext, type Hooks, type Prepared, type Row, textOf, textOrNull } from "../api/hooks.ts";
import { findMember, findTeam, noSuch, teamStays } from "./find.ts";

/** Places in teams: a lead may give them, but no role in the team that may do more than the lead's own. */
export const teamMemberHooks: Hooks = {
  teamOf: async (row) => textOrNull(row, "team_id"),
  create,
  update: async (changes, row, context) => {
    const role = textOrNull(changes, "role");
    const excess = role !== null && exceeds(context, textOf(row, "team_id"), role);
    return excess ? refuseExcess("That role in the team") : {};
  },
};

async function create(values: Row, context: HookContext): Promise<Prepared | Refused> {
  const [team_id, member_id] = [textOf(values, "team_id"), textOf(values, "member_id")];
  if ((await findTeam(context, team_id)) === null) return noSuch("team", "team_id");
  if ((await findMember(context, member_id)) === null) return noSuch("member", "member_id");
  if (exceeds(context, team_id, textOf(values, "role"))) return refuseExcess("That role in the team");
  return {
    preconditions: [
      teamStays(context, team_id, "team_id"),
      {
        statement: {
          sql: "SELECT 1 FROM members WHERE org_id = ? AND id = ?",
          params: [context.actor.org_id, member_id],
        },
        refusal: noSuch("member", "member_id").refused,
      },
      {
        statement: {
          sql: "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM team_members WHERE team_id = ? AND member_id = ?)",
          params: [team_id, member_id],
        },
        refusal: refuse("conflict", { message: "This member is in the team already. Change that place instead." })
          .refused,
      },
    ],
  };
}

/** Whether the role may do something in the team that the actor may not. */
function exceeds({ actor }: HookContext, team_id: string, role: string): boolean {
  const wanted: readonly Permission[] = [...permissionsOfTeamRole(role)];
  return wanted.some((permission) => !may(actor, permission, team_id));
}
