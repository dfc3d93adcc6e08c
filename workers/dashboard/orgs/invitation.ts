import { and, eq } from "drizzle-orm";
import { covers, type Permission, permissionsOfRole, permissionsOfScopes } from "../../../schema/access/permissions.ts";
import { hashToken } from "../../../schema/credential/token.ts";
import { isRefused, type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { log } from "../../../schema/kernel/log.ts";
import { invitations, members } from "../../../schema/tables/console.ts";
import { apiKeys, orgs } from "../../../schema/tables/tables.ts";
import type { SqlStatement } from "../../../schema/wire/audit-rpc.ts";
import type { SignedIn } from "../access/actor.ts";
import { commit } from "../audit/commit.ts";
import type { ConsoleScope } from "../http/scope.ts";
import { databaseOf, statement } from "../store/database.ts";

type Invitation = typeof invitations.$inferSelect;

const INVALID = refuse("not_found", {
  message: "This invitation is not valid or was taken already. Ask for a new one.",
});

/**
 * An invitation that can be taken now, by its token; changes nothing. One whose inviter may not give that role any more
 * is none.
 */
export async function findInvitation(
  scope: ConsoleScope,
  token: string,
): Promise<{ readonly invitation: Invitation } | Refused> {
  try {
    const token_hash = await hashToken(scope.config.AO_KEY_PEPPER, token);
    const db = databaseOf(scope.env.DB);
    const [invitation] = await db.select().from(invitations).where(eq(invitations.token_hash, token_hash)).limit(1);
    const open =
      invitation !== undefined &&
      invitation.accepted_at === null &&
      invitation.revoked_at === null &&
      invitation.expires_at > scope.started_at;
    return open && (await inviterStillMay(scope, invitation)) ? { invitation } : INVALID;
  } catch (error) {
    log("error", "invitation_store_failed", { request_id: scope.request_id, reason: String(error) });
    return refuse("store_unavailable", { retry_after_ms: 1_000 });
  }
}

async function inviterStillMay(scope: ConsoleScope, invitation: Invitation): Promise<boolean> {
  const held = await inviterPermissions(scope, invitation);
  return held.has("invitations:write") && covers(held, permissionsOfRole(invitation.role));
}

async function inviterPermissions(
  scope: ConsoleScope,
  { org_id, invited_by }: Invitation,
): Promise<ReadonlySet<Permission>> {
  const db = databaseOf(scope.env.DB);
  const [member] = await db
    .select()
    .from(members)
    .where(and(eq(members.org_id, org_id), eq(members.user_id, invited_by)))
    .limit(1);
  if (member !== undefined) return permissionsOfRole(member.role);
  const [key] = await db
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.org_id, org_id), eq(apiKeys.id, invited_by)))
    .limit(1);
  const ended = key === undefined || key.revoked_at !== null || (key.expires_at ?? Infinity) <= scope.started_at;
  return ended ? new Set() : permissionsOfScopes(key.scopes);
}

export interface Joined {
  readonly org: { readonly id: string; readonly name: string };
  readonly member_id: string;
}

/**
 * Makes the user a member of the org that invited them. The token alone is not enough, and neither is the address: who
 * takes it is signed in with the invited address.
 */
export async function acceptInvitation(scope: ConsoleScope, user: SignedIn, token: string): Promise<Joined | Refused> {
  const found = await findInvitation(scope, token);
  if (isRefused(found)) return found;
  const { invitation } = found;
  if (invitation.email !== user.email) {
    return refuse("forbidden", {
      message: "This invitation is for another e-mail address. Sign in with the one that it was sent to.",
    });
  }
  const member_id = scope.effects.newId("member");
  const { org_id } = invitation;
  const committed = await commit(scope, {
    org_id,
    actor: { type: "user", id: user.user_id, name: user.email },
    action: "invitation.accepted",
    target: { type: "invitation", id: invitation.id },
    details: { member_id, role: invitation.role, team_id: invitation.team_id, team_role: invitation.team_role },
    preconditions: [
      {
        statement: {
          sql: "SELECT 1 FROM invitations WHERE id = ? AND accepted_at IS NULL AND revoked_at IS NULL",
          params: [invitation.id],
        },
        refusal: INVALID.refused,
      },
      {
        statement: {
          sql: "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM members WHERE org_id = ? AND user_id = ?)",
          params: [org_id, user.user_id],
        },
        refusal: refuse("conflict", { message: "You belong to this organisation already." }).refused,
      },
    ],
    statements: joinStatements(scope, invitation, user, member_id),
    effects: [],
  });
  if (isRefused(committed)) return committed;
  const [org] = await databaseOf(scope.env.DB).select().from(orgs).where(eq(orgs.id, org_id)).limit(1);
  return { org: { id: org_id, name: org?.name ?? org_id }, member_id };
}

function joinStatements(
  scope: ConsoleScope,
  invitation: Invitation,
  user: SignedIn,
  member_id: string,
): readonly SqlStatement[] {
  const { org_id, role, team_id, team_role } = invitation;
  const db = databaseOf(scope.env.DB);
  const created_at = scope.started_at;
  const joined = [
    statement(db.insert(members).values({ id: member_id, org_id, user_id: user.user_id, role, created_at })),
    statement(
      db
        .update(invitations)
        .set({ accepted_at: created_at, version: invitation.version + 1 })
        .where(eq(invitations.id, invitation.id)),
    ),
  ];
  if (team_id === null) return joined;
  // Only if the team is still there: it may have been deleted since.
  const id = scope.effects.newId("team_member");
  const intoTeam: SqlStatement = {
    sql: "INSERT INTO team_members (id, org_id, team_id, member_id, role, created_at) SELECT ?, org_id, id, ?, ?, ? FROM teams WHERE org_id = ? AND id = ?",
    params: [id, member_id, team_role ?? "member", created_at, org_id, team_id],
  };
  return [...joined, intoTeam];
}
