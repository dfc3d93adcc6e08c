import { and, eq, isNull } from "drizzle-orm";
import { type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { members, teams } from "../../../schema/tables/console.ts";
import { providers, wallets } from "../../../schema/tables/tables.ts";
import type { HookContext } from "../api/hooks.ts";
import type { Precondition } from "../audit/commit.ts";
import { databaseOf, statement } from "../store/database.ts";

/** Things of the actor's own org that others refer to. Another org's answer like ones that never were. */

/** A wallet that is not archived. */
export async function findWallet({ scope, actor }: HookContext, id: string) {
  const [found] = await databaseOf(scope.env.DB)
    .select()
    .from(wallets)
    .where(and(eq(wallets.org_id, actor.org_id), eq(wallets.id, id), isNull(wallets.archived_at)))
    .limit(1);
  return found ?? null;
}

export async function findTeam({ scope, actor }: HookContext, id: string) {
  const [found] = await databaseOf(scope.env.DB)
    .select()
    .from(teams)
    .where(and(eq(teams.org_id, actor.org_id), eq(teams.id, id)))
    .limit(1);
  return found ?? null;
}

export async function findMember({ scope, actor }: HookContext, id: string) {
  const [found] = await databaseOf(scope.env.DB)
    .select()
    .from(members)
    .where(and(eq(members.org_id, actor.org_id), eq(members.id, id)))
    .limit(1);
  return found ?? null;
}

export async function findProvider({ scope, actor }: HookContext, id: string) {
  const [found] = await databaseOf(scope.env.DB)
    .select()
    .from(providers)
    .where(and(eq(providers.org_id, actor.org_id), eq(providers.id, id)))
    .limit(1);
  return found ?? null;
}

/** 400 for a reference to what is not there. */
export const noSuch = (what: string, param: string): Refused =>
  refuse("invalid_request", { message: `There is no ${what} with this id.`, param });

/** The wallet is there and not archived when the change is made. */
export function walletStays({ scope, actor }: HookContext, id: string, param: string): Precondition {
  const query = databaseOf(scope.env.DB)
    .select({ id: wallets.id })
    .from(wallets)
    .where(and(eq(wallets.org_id, actor.org_id), eq(wallets.id, id), isNull(wallets.archived_at)));
  return { statement: statement(query), refusal: noSuch("wallet", param).refused };
}

/** The team is there when the change is made. */
export const teamStays = (context: HookContext, id: string, param: string): Precondition =>
  stays(teams, "team", context, id, param);

/** The provider is there when the change is made. */
export const providerStays = (context: HookContext, id: string, param: string): Precondition =>
  stays(providers, "provider", context, id, param);

function stays(
  table: typeof teams | typeof providers,
  what: string,
  { scope, actor }: HookContext,
  id: string,
  param: string,
): Precondition {
  const query = databaseOf(scope.env.DB)
    .select({ id: table.id })
    .from(table)
    .where(and(eq(table.org_id, actor.org_id), eq(table.id, id)));
  return { statement: statement(query), refusal: noSuch(what, param).refused };
}
