import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { runtimeEffects } from "../../../schema/kernel/effects.ts";
import { appendBlocked } from "../../../workers/cron/audit/append-blocked.ts";
import { consumeEvents } from "../../../workers/cron/consumers/events.ts";
import type { Database } from "../../../workers/cron/env.ts";
import type { RequestRow } from "../../../workers/cron/events/rows.ts";

export interface Delivered {
  readonly acked: readonly string[];
  readonly retried: readonly string[];
}

/** A queue message in flight. */
export interface Flight {
  readonly id: string;
  readonly attempts: number;
  readonly body: unknown;
}

/** Messages delivered for the first time, one for each body. */
export const flights = (...bodies: unknown[]): Flight[] =>
  bodies.map((body, index) => ({ id: `msg_${index}`, attempts: 1, body }));

/** Delivers one batch to the consumer of events and answers what became of each message. */
export async function deliver(
  messages: readonly Flight[],
  db: Database = env.DB,
  explore: (requests: readonly RequestRow[]) => void = () => undefined,
  notify: () => void = () => undefined,
): Promise<Delivered> {
  const batch = createMessageBatch(
    "ao-events",
    messages.map((message) => ({ ...message, timestamp: 0 })),
  );
  const execution = createExecutionContext();
  await consumeEvents(batch, {
    db,
    effects: runtimeEffects(),
    appendBlocked: (entries) => appendBlocked(env.AUDIT, entries),
    notify,
    explore,
  });
  const result = await getQueueResult(batch, execution);
  return { acked: result.explicitAcks, retried: result.retryMessages.map(({ msgId }) => msgId) };
}
