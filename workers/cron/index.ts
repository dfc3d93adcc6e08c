import { runtimeEffects } from "../../schema/kernel/effects.ts";
import { log } from "../../schema/kernel/log.ts";
import { consumeDeadLetters } from "./consumers/dead-letters.ts";
import { type ConsumerContext, consumeEvents } from "./consumers/events.ts";
import type { Env } from "./env.ts";
import { runJob } from "./jobs/run-job.ts";
import { sweepWallets } from "./jobs/sweep-wallets.ts";

export { CronRpc } from "./rpc.ts";

const EVENTS_QUEUE = "ao-events";

type Consumer = (batch: MessageBatch, context: ConsumerContext) => Promise<void>;

/** Which function consumes which queue, by the names in wrangler.toml. */
const CONSUMERS: Readonly<Record<string, Consumer>> = {
  [EVENTS_QUEUE]: consumeEvents,
  [`${EVENTS_QUEUE}-dead`]: (batch, context) => consumeDeadLetters(batch, EVENTS_QUEUE, context),
};

const effects = runtimeEffects();

export default {
  /** Nothing is served here: this worker is reached by queues, by the clock and over service bindings. */
  fetch(): Response {
    return new Response(null, { status: 404 });
  },

  async queue(batch, env): Promise<void> {
    const consume = CONSUMERS[batch.queue];
    if (consume === undefined) {
      log("error", "queue_unknown", { queue: batch.queue, messages: batch.messages.length });
      batch.retryAll();
      return;
    }
    await consume(batch, { db: env.DB, effects });
  },

  async scheduled(controller, env): Promise<void> {
    const wake = (wallet_id: string) => env.WALLET.get(env.WALLET.idFromName(wallet_id)).state();
    await runJob(env.DB, "sweep-wallets", controller.scheduledTime, () => sweepWallets(env.DB, wake));
  },
} satisfies ExportedHandler<Env>;
