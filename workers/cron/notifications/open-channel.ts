import { channelOwner } from "../../../schema/credential/owners.ts";
import type { Channel } from "../../../schema/notifications/channel.ts";
import { openSealed } from "../credentials/open-sealed.ts";
import type { CronConfig, Database } from "../env.ts";

interface ChannelRow {
  readonly id: string;
  readonly org_id: string;
  readonly kind: string;
  readonly url: string | null;
  readonly sender: string | null;
  readonly region: string | null;
  readonly credential: string | null;
}

/**
 * A channel that may be used now, with its credential; null when it is gone or switched off. A credential that does not
 * open is an empty one: its kind says what is missing. Throws what D1 throws.
 */
export async function openChannel(
  db: Database,
  config: CronConfig,
  org_id: string,
  id: string,
): Promise<Channel | null> {
  const row = await db
    .prepare(
      "SELECT id, org_id, kind, url, sender, region, credential FROM channels WHERE id = ?1 AND org_id = ?2 AND enabled = 1",
    )
    .bind(id, org_id)
    .first<ChannelRow>();
  if (row === null) return null;
  const opened =
    row.credential === null ? null : await openSealed(db, config, channelOwner(org_id, id), row.credential);
  return { ...row, credential: opened ?? {} };
}
