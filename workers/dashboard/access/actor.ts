import type { Permission } from "../../../schema/access/permissions.ts";

/** Somebody who is signed in, whatever org they may belong to. */
export interface SignedIn {
  readonly user_id: string;
  readonly email: string;
  readonly name: string;
  readonly session_id: string;
}

/** Who acts in an org, with what they may do there. */
export type Actor = UserActor | KeyActor;

interface ActorBase {
  readonly org_id: string;
  /** What may be done everywhere in the org. */
  readonly permissions: ReadonlySet<Permission>;
  /** What may be done on top with what belongs to a team, by team id. */
  readonly team_permissions: ReadonlyMap<string, ReadonlySet<Permission>>;
}

export interface UserActor extends ActorBase {
  readonly type: "user";
  readonly user: SignedIn;
  readonly member_id: string;
  readonly role: string;
}

export interface KeyActor extends ActorBase {
  readonly type: "key";
  readonly key_id: string;
  readonly name: string;
  readonly wallet_id: string;
  readonly scopes: readonly string[];
}

/** Whether the actor may do it everywhere, or with what belongs to this team. */
export function may(actor: Actor, permission: Permission, team_id: string | null = null): boolean {
  if (actor.permissions.has(permission)) return true;
  return team_id !== null && (actor.team_permissions.get(team_id)?.has(permission) ?? false);
}

/** Whether the actor may do it anywhere at all, if only with what belongs to one of their teams. */
export const mayAnywhere = (actor: Actor, permission: Permission): boolean =>
  actor.permissions.has(permission) || [...actor.team_permissions.values()].some((held) => held.has(permission));

/** The teams with which alone the actor may do it; null where they may do it everywhere in the org. */
export const teamsWith = (actor: Actor, permission: Permission): readonly string[] | null =>
  actor.permissions.has(permission)
    ? null
    : [...actor.team_permissions].flatMap(([id, held]) => (held.has(permission) ? [id] : []));
