import { masterKeyWrapping } from "../../../schema/credential/master-key-wrapping.ts";
import { masterKeysOf } from "../../../schema/credential/master-keys.ts";
import { openDataKeys } from "../../../schema/credential/open-data-keys.ts";
import { type Credential, type CredentialOwner, dataKeyIdOf, openCredential } from "../../../schema/credential/seal.ts";
import type { CronConfig, Database } from "../env.ts";

/** What was sealed for `owner`, or null when the text does not open. Throws what D1 throws. */
export async function openSealed(
  db: Database,
  config: CronConfig,
  owner: CredentialOwner,
  sealed: string,
): Promise<Credential | null> {
  const master = masterKeysOf(config);
  const data_key_id = dataKeyIdOf(sealed);
  const rows = data_key_id === null ? [] : await dataKeyRows(db, owner.org_id, data_key_id);
  const data_keys = await openDataKeys([masterKeyWrapping(master)], rows);
  const opened = await openCredential({ master, data_keys }, owner, sealed);
  return opened.status === "opened" ? opened.credential : null;
}

async function dataKeyRows(db: Database, org_id: string, id: string) {
  const { results } = await db
    .prepare("SELECT id, org_id, wrapped FROM data_keys WHERE org_id = ?1 AND id = ?2")
    .bind(org_id, id)
    .all<{ id: string; org_id: string; wrapped: string }>();
  return results;
}
