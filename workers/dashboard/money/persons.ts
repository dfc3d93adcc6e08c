import { and, eq } from "drizzle-orm";
import { ID_PREFIXES } from "../../../schema/kernel/ids.ts";
import { apiKeys } from "../../../schema/tables/tables.ts";
import type { HookContext } from "../api/hooks.ts";
import { databaseOf } from "../store/database.ts";

/** Keys made by keys made by keys: a longer chain is not followed, and its end counts as unknown. */
const LONGEST_CHAIN = 20;

export interface Persons {
  /** Everybody whom the actor is one person with, themselves first. */
  readonly ids: readonly string[];
  /** Whether a person is among them. One behind a key that nobody knows the maker of is not known. */
  readonly known: boolean;
}

/**
 * Who acts, as a person: somebody signed in is themselves; a key is whoever made it, whoever made the key that made it, and
 * whoever had the key that it replaced. Two actors with one id in common count as one.
 */
export async function personsOf({ scope, actor }: HookContext): Promise<Persons> {
  if (actor.type === "user") return { ids: [actor.user.user_id], known: true };
  const ids = [actor.key_id];
  for (let index = 0; index < ids.length && index < LONGEST_CHAIN; index += 1) {
    const id = ids[index] ?? "";
    if (!isKey(id)) continue;
    const [key] = await databaseOf(scope.env.DB)
      .select({ created_by: apiKeys.created_by, rotated_from: apiKeys.rotated_from })
      .from(apiKeys)
      .where(and(eq(apiKeys.org_id, actor.org_id), eq(apiKeys.id, id)))
      .limit(1);
    for (const next of [key?.created_by, key?.rotated_from]) {
      if (next !== null && next !== undefined && !ids.includes(next)) ids.push(next);
    }
  }
  return { ids, known: ids.length <= LONGEST_CHAIN && ids.some((id) => !isKey(id)) };
}

const isKey = (id: string): boolean => id.startsWith(`${ID_PREFIXES.key}_`);
