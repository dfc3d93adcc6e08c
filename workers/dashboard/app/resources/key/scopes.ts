/** What a key may do, as people choose it. Pure. */

export const INFERENCE = "inference";

export function modeOf(scopes: readonly string[], roles: readonly string[]): "inference" | "role" | "single" {
  const [only] = scopes;
  if (scopes.length === 1 && only === INFERENCE) return "inference";
  return scopes.length === 1 && only !== undefined && (roles.includes(only) || ROLES.includes(only))
    ? "role"
    : "single";
}

/** Known before the roles are read, so that the form does not jump. */
const ROLES: readonly string[] = ["owner", "admin", "member", "viewer"];

/** A role's permissions one by one. */
export const permissionsOf = (
  scopes: readonly string[],
  roles: readonly { readonly name: string; readonly permissions: readonly string[] }[],
): readonly string[] => [
  ...new Set(scopes.flatMap((scope) => roles.find(({ name }) => name === scope)?.permissions ?? [scope])),
];

/** `wallets:read` and `wallets:write` under "wallets"; roles are no single permissions. */
export function groupsOf(
  scopes: readonly string[],
  roles: readonly string[],
): readonly (readonly [string, readonly string[]])[] {
  const groups = new Map<string, string[]>();
  for (const scope of scopes) {
    if (roles.includes(scope)) continue;
    const group = scope === INFERENCE ? "models" : (scope.split(":")[0] ?? scope);
    groups.set(group, [...(groups.get(group) ?? []), scope]);
  }
  return [...groups];
}
