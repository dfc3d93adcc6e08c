import { masterKeyWrapping } from "../../../schema/credential/master-key-wrapping.ts";
import { masterKeysOf } from "../../../schema/credential/master-keys.ts";
import { openDataKeys } from "../../../schema/credential/open-data-keys.ts";
import { auditWebhookOwner } from "../../../schema/credential/owners.ts";
import { dataKeyIdOf, openCredential } from "../../../schema/credential/seal.ts";
import type { CronConfig, Database } from "../env.ts";

/** The secret of an org's audit webhook, or null when its sealed text does not open. Throws what D1 throws. */
export async function openWebhookSecret(
  db: Database,
  config: CronConfig,
  org_id: string,
  sealed: string,
): Promise<string | null> {
  const master = masterKeysOf(config);
  const data_key_id = dataKeyIdOf(sealed);
  const rows = data_key_id === null ? [] : await dataKeyRows(db, org_id, data_key_id);
  const data_keys = await openDataKeys([masterKeyWrapping(master)], rows);
  const opened = await openCredential({ master, data_keys }, auditWebhookOwner(org_id), sealed);
  return opened.status === "opened" ? (opened.credential.secret ?? null) : null;
}

async function dataKeyRows(db: Database, org_id: string, id: string) {
  const { results } = await db
    .prepare("SELECT id, org_id, wrapped FROM data_keys WHERE org_id = ?1 AND id = ?2")
    .bind(org_id, id)
    .all<{ id: string; org_id: string; wrapped: string }>();
  return results;
}
