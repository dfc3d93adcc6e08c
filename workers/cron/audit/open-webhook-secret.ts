import { auditWebhookOwner } from "../../../schema/credential/owners.ts";
import { openSealed } from "../credentials/open-sealed.ts";
import type { CronConfig, Database } from "../env.ts";

/** The secret of an org's audit webhook, or null when its sealed text does not open. Throws what D1 throws. */
export async function openWebhookSecret(
  db: Database,
  config: CronConfig,
  org_id: string,
  sealed: string,
): Promise<string | null> {
  return (await openSealed(db, config, auditWebhookOwner(org_id), sealed))?.secret ?? null;
}
