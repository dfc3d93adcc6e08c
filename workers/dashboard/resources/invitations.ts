import { covers, permissionsOfRole } from "../../../schema/access/permissions.ts";
import { hashToken, newToken } from "../../../schema/credential/token.ts";
import { type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { refuseExcess } from "../access/refuse-permission.ts";
import { type HookContext, type Hooks, type Prepared, type Row, textOf, textOrNull } from "../api/hooks.ts";
import { findTeam, noSuch, teamStays } from "./find.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const DEFAULT_DAYS = 7;
const LONGEST_DAYS = 30;

/** What invitation tokens begin with, and what their hashes are kept apart by. */
export const INVITATION_TOKEN = "aoi_";

/** Invitations: a token that is shown once, for one address, to a role that is not more than the inviter's own. */
export const invitationHooks: Hooks = {
  create,
  remove: async (row, { scope }) => {
    if (row.accepted_at !== null) {
      return refuse("conflict", { message: "This invitation was accepted. Remove the member instead." });
    }
    return { instead: { revoked_at: scope.started_at }, verb: "revoked" };
  },
};

async function create(values: Row, context: HookContext): Promise<Prepared | Refused> {
  const { scope, actor } = context;
  const role = textOf(values, "role");
  if (!covers(actor.permissions, permissionsOfRole(role))) return refuseExcess(`The role ${role}`);
  const team_id = textOrNull(values, "team_id");
  if (team_id !== null && (await findTeam(context, team_id)) === null) return noSuch("team", "team_id");
  const expires_at =
    typeof values.expires_at === "number" ? values.expires_at : scope.started_at + DEFAULT_DAYS * DAY_MS;
  if (expires_at <= scope.started_at || expires_at > scope.started_at + LONGEST_DAYS * DAY_MS) {
    return refuse("invalid_request", {
      message: `\`expires_at\` must lie ahead, at most ${LONGEST_DAYS} days.`,
      param: "expires_at",
    });
  }
  const token = newToken(INVITATION_TOKEN, scope.effects);
  return {
    values: {
      expires_at,
      team_role: team_id === null ? null : (textOrNull(values, "team_role") ?? "member"),
      token_hash: await hashToken(scope.config.AO_KEY_PEPPER, token),
      invited_by: actor.type === "key" ? actor.key_id : actor.user.user_id,
    },
    preconditions: team_id === null ? [] : [teamStays(context, team_id, "team_id")],
    once: { token },
  };
}
