import { and, asc, eq } from "drizzle-orm";
import { cacheNamespace, NO_TEAM } from "../../../schema/caching/namespace.ts";
import { objectNamed } from "../../../schema/clients/object-named.ts";
import { log } from "../../../schema/kernel/log.ts";
import { teams } from "../../../schema/tables/console.ts";
import type { CacheRpc } from "../../../schema/wire/cache-rpc.ts";
import type { ConsoleScope } from "../http/scope.ts";
import { type Database, databaseOf } from "../store/database.ts";

/** A part of an org's cache: a team's, or that of wallets without one. */
export interface Namespace {
  /** The team's id, or NO_TEAM. */
  readonly name: string;
  readonly team_id: string | null;
  readonly team: string | null;
}

const WITHOUT_TEAM: Namespace = { name: NO_TEAM, team_id: null, team: null };

/** All of an org's. Throws what D1 throws. */
export async function namespacesOf(db: Database, org_id: string): Promise<readonly Namespace[]> {
  const rows = await db
    .select({ id: teams.id, name: teams.name })
    .from(teams)
    .where(eq(teams.org_id, org_id))
    .orderBy(asc(teams.id));
  return [WITHOUT_TEAM, ...rows.map(({ id, name }) => ({ name: id, team_id: id, team: name }))];
}

/** One of them by its name; null when the org has no such team. */
export async function readNamespace(db: Database, org_id: string, name: string): Promise<Namespace | null> {
  if (name === NO_TEAM) return WITHOUT_TEAM;
  const [row] = await db
    .select({ id: teams.id, name: teams.name })
    .from(teams)
    .where(and(eq(teams.org_id, org_id), eq(teams.id, name)))
    .limit(1);
  return row === undefined ? null : { name: row.id, team_id: row.id, team: row.name };
}

export const cacheObject = ({ env }: ConsoleScope, org_id: string, { team_id }: Namespace): CacheRpc =>
  objectNamed(env.CACHE, cacheNamespace(org_id, team_id));

/** Objects that are asked at the same time. */
const AT_ONCE = 10;

/** Asks the object of each namespace; null where one does not answer. */
export async function askEach<Answer>(
  scope: ConsoleScope,
  org_id: string,
  namespaces: readonly Namespace[],
  ask: (object: CacheRpc) => Promise<Answer>,
): Promise<readonly (Answer | null)[]> {
  const answers: (Answer | null)[] = [];
  for (let at = 0; at < namespaces.length; at += AT_ONCE) {
    const some = namespaces.slice(at, at + AT_ONCE).map((namespace) => askOne(scope, org_id, namespace, ask));
    answers.push(...(await Promise.all(some)));
  }
  return answers;
}

/** Asks one object; null when it does not answer. */
export async function askOne<Answer>(
  scope: ConsoleScope,
  org_id: string,
  namespace: Namespace,
  ask: (object: CacheRpc) => Promise<Answer>,
): Promise<Answer | null> {
  try {
    return await ask(cacheObject(scope, org_id, namespace));
  } catch (error) {
    log("error", "cache_unanswered", { request_id: scope.request_id, reason: String(error) });
    return null;
  }
}

/** The namespaces that a query names: one, or all of the org. Null when there is no such team. */
export async function askedNamespaces(
  scope: ConsoleScope,
  org_id: string,
  name: string | null,
): Promise<readonly Namespace[] | null> {
  const db = databaseOf(scope.env.DB);
  if (name === null) return await namespacesOf(db, org_id);
  const found = await readNamespace(db, org_id, name);
  return found === null ? null : [found];
}
