import type { Effects } from "../../../schema/kernel/effects.ts";
import { sendBy } from "../../../schema/notifications/channels/registry.ts";
import type { CronConfig, Database } from "../env.ts";
import { openChannel } from "./open-channel.ts";
import type { SendSteps } from "./send-deliveries.ts";

/** How this worker sends: through the org's own channels, to addresses that this installation may reach. */
export const sender = (db: Database, config: CronConfig, effects: Effects): SendSteps => ({
  openChannel: (org_id, id) => openChannel(db, config, org_id, id),
  send: (channel, outgoing) =>
    sendBy(channel, outgoing, {
      now: effects.now,
      fetch: effects.fetch,
      allow_private: config.AO_ALLOW_PRIVATE_UPSTREAMS,
    }),
  now: effects.now,
});
