import { runtimeEffects } from "../../schema/kernel/effects.ts";
import { consumeEvents } from "../../workers/cron/consumers/events.ts";
import { checkRollup } from "../../workers/cron/rollup/check.ts";
import { makeEvent } from "../deliveries/make-event.ts";
import { Dice } from "../harness/dice.ts";
import { type DeliveryTask, deliveryTaskSchema } from "../rig/deliveries-contract.ts";
import { type Fault, faultyDatabase } from "./faulty-database.ts";

/** Stands where the queue does and calls the real consumer with the real D1. */

interface Env {
  readonly DB: D1Database;
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const task = deliveryTaskSchema.parse(await request.json());
    return Response.json(task.kind === "deliver" ? await deliver(env, task) : await check(env, task));
  },
};

type Of<Kind extends DeliveryTask["kind"]> = Extract<DeliveryTask, { kind: Kind }>;

async function check(env: Env, { from, to }: Of<"check">) {
  const report = await checkRollup(env.DB, { from, to });
  return {
    differences: report.status === "checked" ? [...report.differences, ...report.latency_differences] : [report.status],
  };
}

async function deliver(env: Env, { batches, letters, fault_rate, seed }: Of<"deliver">) {
  const dice = new Dice(seed);
  let faults = 0;
  const next = (): Fault => {
    if (!dice.chance(fault_rate)) return "none";
    faults += 1;
    return dice.pick<Fault>(["before", "after"]);
  };
  const db = faultyDatabase(env.DB, next);
  const consume = async (messages: readonly Delivered[]): Promise<readonly number[]> => {
    await consumeEvents(batchOf(messages), {
      db,
      effects: runtimeEffects(),
      appendBlocked: () => Promise.reject(new Error("no blocked request is delivered here")),
      notify: () => undefined,
      explore: () => undefined,
    });
    return messages.flatMap(({ acknowledged }, place) => (acknowledged ? [] : [place]));
  };
  const asEvents = batches.map((batch) =>
    batch.map(({ event, attempts }) => new Delivered(`m${event}`, attempts, makeEvent(event))),
  );
  const asLetters = letters.map((body, place) => [new Delivered(`dead${place}`, 1, JSON.parse(body))]);
  // At once, as a queue with several consumers would.
  const back = await Promise.all([...asEvents, ...asLetters].map(consume));
  return { back, faults };
}

/** A queue message that keeps what became of it. */
class Delivered implements Message {
  readonly id: string;
  readonly attempts: number;
  readonly body: unknown;
  readonly timestamp = new Date(0);
  acknowledged = false;

  constructor(id: string, attempts: number, body: unknown) {
    this.id = id;
    this.attempts = attempts;
    this.body = body;
  }

  ack(): void {
    this.acknowledged = true;
  }

  retry(): void {}
}

const batchOf = (messages: readonly Message[]): MessageBatch => ({
  messages,
  queue: "ao-events",
  metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } },
  ackAll: () => undefined,
  retryAll: () => undefined,
});
