import { and, eq } from "drizzle-orm";
import { unwrapDataKey } from "../../../schema/credential/data-key.ts";
import { masterKeyWrapping } from "../../../schema/credential/master-key-wrapping.ts";
import { masterKeysOf } from "../../../schema/credential/master-keys.ts";
import { log } from "../../../schema/kernel/log.ts";
import { dataKeys } from "../../../schema/tables/console.ts";
import { requestTexts } from "../../../schema/tables/texts.ts";
import { textsBucket, textsKey } from "../../../schema/texts/bucket.ts";
import { openTexts, type StoredTexts } from "../../../schema/texts/stored-texts.ts";
import type { ConsoleScope } from "../http/scope.ts";
import { type Database, databaseOf } from "../store/database.ts";

export type TextsRow = typeof requestTexts.$inferSelect;

/** What is known of the texts of an org's request; null where none were ever stored. Throws what D1 throws. */
export async function findTexts(db: Database, org_id: string, request_id: string): Promise<TextsRow | null> {
  const [row] = await db
    .select()
    .from(requestTexts)
    .where(and(eq(requestTexts.org_id, org_id), eq(requestTexts.request_id, request_id)));
  return row ?? null;
}

/** Texts that were fetched and opened. */
export type ReadTexts =
  | { readonly status: "read"; readonly texts: StoredTexts }
  /** Their store does not answer. */
  | { readonly status: "unavailable" }
  /** There is no object, or it does not open. */
  | { readonly status: "unreadable" };

/** Fetches the texts of a row and opens them. What does not open is logged: somebody has changed it. */
export async function readTexts(scope: ConsoleScope, row: TextsRow): Promise<ReadTexts> {
  const { org_id, request_id, data_key_id } = row;
  const bucket = textsBucket(scope.env, org_id);
  if (bucket === null) return { status: "unavailable" };
  try {
    const [object, data_key] = await Promise.all([bucket.get(textsKey(row)), openKey(scope, org_id, data_key_id)]);
    const sealed = object === null ? null : new Uint8Array(await object.arrayBuffer());
    const texts = sealed === null || data_key === null ? null : await openTexts(data_key, row, sealed);
    if (texts !== null) return { status: "read", texts };
    const reason = sealed === null ? "no_object" : data_key === null ? "no_key" : "refused";
    log("error", "texts_unreadable", { org_id, text_of: request_id, reason });
    return { status: "unreadable" };
  } catch (error) {
    log("error", "texts_unavailable", { request_id: scope.request_id, reason: String(error) });
    return { status: "unavailable" };
  }
}

async function openKey(scope: ConsoleScope, org_id: string, id: string) {
  const [row] = await databaseOf(scope.env.DB)
    .select()
    .from(dataKeys)
    .where(and(eq(dataKeys.org_id, org_id), eq(dataKeys.id, id)));
  if (row === undefined) return null;
  const opened = await unwrapDataKey([masterKeyWrapping(masterKeysOf(scope.config))], row);
  return opened.status === "opened" ? opened.data_key : null;
}
