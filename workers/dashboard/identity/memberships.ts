import { asc, eq } from "drizzle-orm";
import { members } from "../../../schema/tables/console.ts";
import { orgs } from "../../../schema/tables/tables.ts";
import { databaseOf } from "../store/database.ts";
import type { IdentityScope } from "./auth.ts";

/** More organisations than anybody switches between. */
const MEMBERSHIPS_MAX = 200;

export interface Membership {
  readonly org_id: string;
  readonly name: string;
  readonly role: string;
  readonly member_id: string;
}

/** The orgs of a user, the one joined first first. Throws when D1 does not answer. */
export async function listMemberships(scope: IdentityScope, user_id: string): Promise<readonly Membership[]> {
  return await databaseOf(scope.env.DB)
    .select({ org_id: orgs.id, name: orgs.name, role: members.role, member_id: members.id })
    .from(members)
    .innerJoin(orgs, eq(orgs.id, members.org_id))
    .where(eq(members.user_id, user_id))
    .orderBy(asc(members.created_at), asc(members.id))
    .limit(MEMBERSHIPS_MAX);
}
