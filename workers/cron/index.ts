import { runtimeEffects } from "../../schema/kernel/effects.ts";
import { log } from "../../schema/kernel/log.ts";
import { appendBlocked } from "./audit/append-blocked.ts";
import { consumeDeadLetters } from "./consumers/dead-letters.ts";
import { type ConsumerContext, consumeEvents } from "./consumers/events.ts";
import type { Env } from "./env.ts";
import { explore } from "./exploration/explore.ts";
import { JOBS } from "./jobs/jobs.ts";
import { runJob } from "./jobs/run-job.ts";
import { notifyNow } from "./notifications/notify.ts";

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

  async queue(batch, env, ctx): Promise<void> {
    const consume = CONSUMERS[batch.queue];
    if (consume === undefined) {
      log("error", "queue_unknown", { queue: batch.queue, messages: batch.messages.length });
      batch.retryAll();
      return;
    }
    await consume(batch, {
      db: env.DB,
      effects,
      appendBlocked: (entries) => appendBlocked(env.AUDIT, entries),
      notify: () => ctx.waitUntil(notifyNow(env, effects)),
      explore: (requests) => explore(env.EXPLORATION, requests),
    });
  },

  async scheduled(controller, env): Promise<void> {
    const runs = Object.entries(JOBS).map(([name, job]) =>
      runJob(env.DB, name, controller.scheduledTime, async () => job(env, effects)),
    );
    // All of them end before one's failure is told: none takes the others down.
    const outcomes = await Promise.allSettled(runs);
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  },
} satisfies ExportedHandler<Env>;
