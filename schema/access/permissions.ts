/**
 * Who may do what, as data. `/v1/roles` shows it, every route of the console names one permission of it, and a test
 * walks through every cell. A permission is `<resource>:<verb>`.
 */

export const PERMISSIONS = [
  "org:read",
  "org:update",
  /** Making and unmaking owners, and everything that could lock an owner out. */
  "org:own",
  "members:read",
  "members:write",
  "invitations:read",
  "invitations:write",
  "teams:read",
  "teams:write",
  "team_members:read",
  "team_members:write",
  "keys:read",
  "keys:write",
  "wallets:read",
  "wallets:write",
  /** Asking for a transfer between wallets. */
  "money:request",
  /** Deciding about what somebody else has asked for. */
  "money:approve",
  /** Topping up wallets and correcting their books. */
  "money:post",
  "providers:read",
  "providers:write",
  "providers:test",
  "prices:read",
  "prices:write",
  "routing:read",
  "routing:write",
  "experiments:read",
  /** Starting, stopping and promoting, too. */
  "experiments:write",
  "cache:read",
  /** Turning the response cache on and off, and emptying it. */
  "cache:write",
  "chargeback:read",
  "analytics:read",
  "requests:read",
  /** Reading what was asked and answered, where it is stored. Each reading is in the audit log. */
  "texts:read",
  "texts:erase",
  "channels:read",
  /** Where messages of the org go, trying whether they arrive, and sending one again. */
  "channels:write",
  /** What there was to tell, and who is told. */
  "alerts:read",
  "alerts:write",
  "reconciliations:read",
  /** Laying a provider's bill beside our count. */
  "reconciliations:write",
  "audit:read",
  "audit:verify",
] as const;
export type Permission = (typeof PERMISSIONS)[number];

export const ROLES = ["owner", "admin", "member", "viewer"] as const;
export type Role = (typeof ROLES)[number];

export const TEAM_ROLES = ["lead", "member"] as const;
export type TeamRole = (typeof TEAM_ROLES)[number];

const READS = [
  "org:read",
  "members:read",
  "teams:read",
  "team_members:read",
  "keys:read",
  "wallets:read",
  "providers:read",
  "prices:read",
  "routing:read",
  "experiments:read",
  "cache:read",
] as const satisfies readonly Permission[];

/** What was spent by whom, over the whole org, and who is told of it: for those who pay and check, not for everybody who spends. */
const SPENDING_READS = [
  "chargeback:read",
  "analytics:read",
  "requests:read",
  "reconciliations:read",
  "channels:read",
  "alerts:read",
] as const satisfies readonly Permission[];

const ADMIN = PERMISSIONS.filter((permission) => permission !== "org:own");

/** What a role may do everywhere in its org. */
export const ROLE_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  owner: PERMISSIONS,
  admin: ADMIN,
  /** Sees what there is and may ask for money; what else a member may do comes from teams. */
  member: [...READS, "money:request"],
  viewer: [...READS, ...SPENDING_READS],
};

/**
 * What a team role may do on top, with what belongs to that team: its wallets, their keys, its people, its requests. A lead
 * decides about what leaves a wallet of the team, by whomever it was asked for but themselves.
 */
export const TEAM_ROLE_PERMISSIONS: Readonly<Record<TeamRole, readonly Permission[]>> = {
  lead: ["keys:write", "team_members:write", "money:request", "money:approve", "analytics:read", "requests:read"],
  member: ["keys:write", "requests:read"],
};

/** Scopes of a gateway key: the data plane, a role's permissions, or single permissions. */
export const KEY_SCOPES = ["inference", ...ROLES, ...PERMISSIONS] as const;
export type KeyScope = (typeof KEY_SCOPES)[number];

const isRole = (name: string): name is Role => ROLES.some((role) => role === name);
const isPermission = (name: string): name is Permission => PERMISSIONS.some((permission) => permission === name);

/** The permissions that a key's scopes give. A scope that this version does not know gives none. */
export function permissionsOfScopes(scopes: readonly string[]): ReadonlySet<Permission> {
  const granted = new Set<Permission>();
  for (const scope of scopes) {
    if (isRole(scope)) for (const permission of ROLE_PERMISSIONS[scope]) granted.add(permission);
    else if (isPermission(scope)) granted.add(scope);
  }
  return granted;
}

/** The permissions of an org role; a role that this version does not know has none. */
export const permissionsOfRole = (role: string): ReadonlySet<Permission> =>
  new Set(isRole(role) ? ROLE_PERMISSIONS[role] : []);

/** The permissions of a team role within its team. */
export const permissionsOfTeamRole = (role: string): ReadonlySet<Permission> =>
  new Set(role === "lead" || role === "member" ? TEAM_ROLE_PERMISSIONS[role] : []);

/** Whether all of `wanted` is in `held`: nobody hands out what they do not have. */
export const covers = (held: ReadonlySet<Permission>, wanted: ReadonlySet<Permission>): boolean =>
  [...wanted].every((permission) => held.has(permission));
