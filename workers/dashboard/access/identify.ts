import { eq } from "drizzle-orm";
import {
  type Permission,
  permissionsOfRole,
  permissionsOfScopes,
  permissionsOfTeamRole,
} from "../../../schema/access/permissions.ts";
import { API_KEY_PATTERN, hashApiKey } from "../../../schema/credential/api-key.ts";
import { readApiKey } from "../../../schema/http/caller-headers.ts";
import { isRefused, type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { log } from "../../../schema/kernel/log.ts";
import { members, teamMembers } from "../../../schema/tables/console.ts";
import { apiKeys } from "../../../schema/tables/tables.ts";
import type { ConsoleScope } from "../http/scope.ts";
import { sessionOf } from "../identity/accounts.ts";
import { readOriginProblem } from "../identity/origin-check.ts";
import { databaseOf } from "../store/database.ts";
import type { Actor, KeyActor, SignedIn, UserActor } from "./actor.ts";

/** The header in which somebody of several orgs says which one is meant. */
export const ORG_HEADER = "x-ao-org";

const STORE_DOWN = refuse("store_unavailable", {
  message: "The store of identities does not answer. Try again.",
  retry_after_ms: 1_000,
});

/**
 * Who acts and in which org: by a gateway key when one is sent, otherwise by the session cookie. 401 when nobody is known,
 * 503 when that cannot be found out, 403 for a cookie from another site's page or an org one does not belong to.
 */
export async function identifyActor(http: Request, scope: ConsoleScope): Promise<Actor | Refused> {
  try {
    const presented = readApiKey(http.headers);
    if (presented !== null) return await keyActor(presented, http.headers.get(ORG_HEADER), scope);
    const user = await identifyUser(http, scope);
    return isRefused(user) ? user : await userActor(user, http.headers.get(ORG_HEADER), scope);
  } catch (error) {
    log("error", "identity_store_failed", { request_id: scope.request_id, reason: String(error) });
    return STORE_DOWN;
  }
}

/** Who is signed in, whatever org they belong to. */
export async function identifyUser(http: Request, scope: ConsoleScope): Promise<SignedIn | Refused> {
  const user = await sessionOf(scope, http);
  if (user === "unavailable") return STORE_DOWN;
  if (user === null) return refuse("not_signed_in");
  const problem = readOriginProblem(http);
  return problem === null ? user : { refused: problem };
}

async function keyActor(presented: string, org: string | null, scope: ConsoleScope): Promise<KeyActor | Refused> {
  if (!API_KEY_PATTERN.test(presented)) return refuse("invalid_api_key");
  const hash = await hashApiKey(scope.config.AO_KEY_PEPPER, presented);
  const [found] = await databaseOf(scope.env.DB).select().from(apiKeys).where(eq(apiKeys.hash, hash)).limit(1);
  if (found === undefined) return refuse("invalid_api_key");
  if (found.revoked_at !== null) return refuse("invalid_api_key", { message: "This API key was revoked." });
  if (found.expires_at !== null && found.expires_at <= scope.started_at) {
    return refuse("invalid_api_key", { message: "This API key has expired. Ask for a new one." });
  }
  if (org !== null && org !== found.org_id)
    return refuse("forbidden", { message: "This key is of another organisation." });
  return {
    type: "key",
    key_id: found.id,
    name: found.name,
    org_id: found.org_id,
    wallet_id: found.wallet_id,
    scopes: found.scopes,
    permissions: permissionsOfScopes(found.scopes),
    team_permissions: new Map(),
  };
}

async function userActor(user: SignedIn, wanted: string | null, scope: ConsoleScope): Promise<UserActor | Refused> {
  const db = databaseOf(scope.env.DB);
  const memberships = await db.select().from(members).where(eq(members.user_id, user.user_id));
  const [first, ...others] = memberships;
  if (first === undefined) {
    return refuse("forbidden", {
      message: "You belong to no organisation. Make one with POST /v1/orgs, or accept an invitation.",
    });
  }
  if (wanted === null && others.length > 0) {
    return refuse("invalid_request", {
      message: `You belong to several organisations. Say which one with the header ${ORG_HEADER}: ${memberships.map(({ org_id }) => org_id).join(", ")}.`,
      param: ORG_HEADER,
    });
  }
  const member = wanted === null ? first : memberships.find(({ org_id }) => org_id === wanted);
  if (member === undefined) return refuse("forbidden", { message: "You do not belong to that organisation." });
  const teams = await db.select().from(teamMembers).where(eq(teamMembers.member_id, member.id));
  return {
    type: "user",
    user,
    org_id: member.org_id,
    member_id: member.id,
    role: member.role,
    permissions: permissionsOfRole(member.role),
    team_permissions: new Map<string, ReadonlySet<Permission>>(
      teams.map(({ team_id, role }) => [team_id, permissionsOfTeamRole(role)]),
    ),
  };
}
