import { desc, eq } from "drizzle-orm";
import { type DataKey, newDataKey, rewrapDataKey, unwrapDataKey } from "../../../schema/credential/data-key.ts";
import type { KeyWrapping } from "../../../schema/credential/key-wrapping.ts";
import { masterKeyWrapping } from "../../../schema/credential/master-key-wrapping.ts";
import { masterKeysOf } from "../../../schema/credential/master-keys.ts";
import { openDataKeys } from "../../../schema/credential/open-data-keys.ts";
import type { OpeningKeys } from "../../../schema/credential/seal.ts";
import { dataKeys } from "../../../schema/tables/console.ts";
import type { SqlStatement } from "../../../schema/wire/audit-rpc.ts";
import type { Precondition } from "../audit/commit.ts";
import type { ConsoleScope } from "../http/scope.ts";
import { databaseOf, statement } from "../store/database.ts";

/** An org's data keys, as the console uses them: the newest seals, all of them open. */

export interface SealingKey {
  readonly data_key: DataKey;
  /** Keeps a key that was made for this; empty when there was one. In the transaction of what it sealed. */
  readonly statements: readonly SqlStatement[];
  /** The key was not replaced meanwhile. */
  readonly preconditions: readonly Precondition[];
}

const wrappingOf = (scope: ConsoleScope): KeyWrapping => masterKeyWrapping(masterKeysOf(scope.config));

/** The data key to seal with: the org's newest that opens, or a new one. */
export async function sealingKey(scope: ConsoleScope, org_id: string): Promise<SealingKey> {
  const [newest] = await readDataKeys(scope, org_id);
  const opened = newest === undefined ? null : await unwrapDataKey([wrappingOf(scope)], newest);
  if (opened?.status === "opened") {
    const still = databaseOf(scope.env.DB)
      .select({ id: dataKeys.id })
      .from(dataKeys)
      .where(eq(dataKeys.id, opened.data_key.id));
    return {
      data_key: opened.data_key,
      statements: [],
      preconditions: [{ statement: statement(still), refusal: { code: "precondition_failed" } }],
    };
  }
  return await freshKey(scope, org_id);
}

/** A new data key, whatever there was. */
export async function freshKey(scope: ConsoleScope, org_id: string): Promise<SealingKey> {
  const { row, data_key } = await newDataKey(wrappingOf(scope), org_id, scope.effects);
  const insert = databaseOf(scope.env.DB).insert(dataKeys).values(row);
  return { data_key, statements: [statement(insert)], preconditions: [] };
}

/**
 * Statements that wrap every data key of the org anew, under the master key as it is now: those that are not to be deleted
 * must not end with the one before. A key that does not open stays as it is.
 */
export async function rewrappedKeys(scope: ConsoleScope, org_id: string): Promise<readonly SqlStatement[]> {
  const statements: SqlStatement[] = [];
  for (const row of await readDataKeys(scope, org_id)) {
    const wrapped = await rewrapDataKey([wrappingOf(scope)], row, scope.effects);
    if (wrapped === null) continue;
    statements.push({
      sql: "UPDATE data_keys SET wrapped = ? WHERE org_id = ? AND id = ?",
      params: [wrapped, org_id, row.id],
    });
  }
  return statements;
}

/** What opens an org's sealed texts. */
export async function openingKeys(scope: ConsoleScope, org_id: string): Promise<OpeningKeys> {
  const rows = await readDataKeys(scope, org_id);
  return { master: masterKeysOf(scope.config), data_keys: await openDataKeys([wrappingOf(scope)], rows) };
}

const readDataKeys = (scope: ConsoleScope, org_id: string) =>
  databaseOf(scope.env.DB)
    .select()
    .from(dataKeys)
    .where(eq(dataKeys.org_id, org_id))
    .orderBy(desc(dataKeys.created_at));
