import { type Refused, refuse } from "../../../schema/kernel/errors.ts";
import type { SqlStatement } from "../../../schema/wire/audit-rpc.ts";
import { type HookContext, type Hooks, type Prepared, textOrNull } from "../api/hooks.ts";
import type { Precondition } from "../audit/commit.ts";
import { findTeam, noSuch, teamStays } from "./find.ts";

/** Alert policies: one for the org and one for a team, and wallets learn the percentages of their ladder. */
export const alertPolicyHooks: Hooks = {
  create: async (values, context) => {
    const team_id = textOrNull(values, "team_id");
    if (team_id !== null && (await findTeam(context, team_id)) === null) return noSuch("team", "team_id");
    return {
      values: { recipients: values.recipients ?? {} },
      preconditions: [
        isTheFirst(context, team_id),
        ...(team_id === null ? [] : [teamStays(context, team_id, "team_id")]),
      ],
      after: told(team_id, context),
    };
  },
  update: async (changes, row, context): Promise<Prepared | Refused> =>
    changes.ladder === undefined ? {} : { after: told(textOrNull(row, "team_id"), context) },
  remove: async (row, context) => ({ after: told(textOrNull(row, "team_id"), context) }),
};

function isTheFirst({ actor }: HookContext, team_id: string | null): Precondition {
  return {
    statement: {
      sql: "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM alert_policies WHERE org_id = ? AND team_id IS ?)",
      params: [actor.org_id, team_id],
    },
    refusal: refuse("conflict", {
      message:
        team_id === null
          ? "The organisation has an alert policy already. Change that one."
          : "This team has an alert policy already. Change that one.",
      param: "team_id",
    }).refused,
  };
}

/**
 * The wallets that a ladder is for have new settings with it. There may be thousands of them, so a job carries these there,
 * within two minutes.
 */
function told(team_id: string | null, { scope, actor }: HookContext): readonly SqlStatement[] {
  const of_it = team_id === null ? "org_id = ?" : "org_id = ? AND team_id = ?";
  const params = team_id === null ? [actor.org_id] : [actor.org_id, team_id];
  return [
    { sql: `UPDATE wallets SET version = version + 1 WHERE ${of_it} AND archived_at IS NULL`, params },
    {
      sql: `INSERT INTO wallet_effects (id, org_id, wallet_id, kind, created_at)
        SELECT ? || '-' || id, org_id, id, 'configure', ? FROM wallets WHERE ${of_it} AND archived_at IS NULL`,
      params: [scope.effects.newId("effect"), scope.started_at, ...params],
    },
  ];
}
