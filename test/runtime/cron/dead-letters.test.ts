import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { faultyDatabase } from "../../../bench/workers/faulty-database.ts";
import { runtimeEffects } from "../../../schema/kernel/effects.ts";
import { consumeDeadLetters } from "../../../workers/cron/consumers/dead-letters.ts";
import { replayDeadLetters } from "../../../workers/cron/dead-letters/replay.ts";
import type { Database } from "../../../workers/cron/env.ts";
import worker from "../../../workers/cron/index.ts";
import { deliver, flights } from "./deliver.ts";
import { fresh } from "./fresh.ts";
import { catchLogLines } from "./log-lines.ts";
import { completed } from "./make-event.ts";
import { count, rollupSums } from "./sums.ts";

beforeEach(fresh);
afterEach(() => void vi.restoreAllMocks());

/** Delivers messages to the consumer of what the queue of events gave up on. */
async function give(bodies: readonly unknown[], db: Database = env.DB) {
  const messages = bodies.map((body, index) => ({ id: `dead_${index}`, timestamp: 0, attempts: 1, body }));
  const batch = createMessageBatch("ao-events-dead", messages);
  const execution = createExecutionContext();
  await consumeDeadLetters(batch, "ao-events", { db, effects: runtimeEffects() });
  return getQueueResult(batch, execution);
}

/** A queue that keeps what it is sent, and the bodies of that. */
function fakeQueue() {
  const sent: unknown[] = [];
  const sendBatch: Queue<unknown>["sendBatch"] = async (messages) => {
    for (const message of messages) sent.push(message.body);
    return { metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } };
  };
  return { sent, queue: { sendBatch } };
}

describe("what the queue gave up on", () => {
  test("is kept and acknowledged", async () => {
    const lines = catchLogLines();
    const result = await give([completed("e1"), "nonsense"]);
    expect(result.ackAll).toBe(true);
    expect(await count("dead_letters")).toBe(2);
    expect(lines("dead_letter")).toHaveLength(2);
  });

  test("comes back when D1 does not take it", async () => {
    const result = await give(
      [completed("e1")],
      faultyDatabase(env.DB, () => "before"),
    );
    expect(result.ackAll).toBe(false);
    expect(result.retryMessages.map(({ msgId }) => msgId)).toEqual(["dead_0"]);
  });

  test("goes through the worker's own handler by the name of its queue", async () => {
    const batch = createMessageBatch("ao-events-dead", [{ id: "d", timestamp: 0, attempts: 1, body: completed("e1") }]);
    await worker.queue(batch, env, createExecutionContext());
    const kept = await env.DB.prepare("SELECT id, queue FROM dead_letters").all();
    expect(kept.results).toEqual([{ id: "d", queue: "ao-events" }]);
  });

  test("is not lost to a queue without a consumer", async () => {
    const batch = createMessageBatch("ao-unknown", [{ id: "d", timestamp: 0, attempts: 1, body: 1 }]);
    const execution = createExecutionContext();
    await worker.queue(batch, env, execution);
    expect((await getQueueResult(batch, execution)).retryBatch.retry).toBe(true);
  });
});

describe("the list of dead letters", () => {
  const insert = async (rows: readonly { id: string; at: number }[]) => {
    for (const { id, at } of rows) {
      await env.DB.prepare(
        "INSERT INTO dead_letters (id, queue, at, attempts, reason, body) VALUES (?, 'ao-events', ?, 1, 'r', '1')",
      )
        .bind(id, at)
        .run();
    }
  };

  test("has every letter once, newest first, over its pages, also where times are equal", async () => {
    await insert([
      { id: "a", at: 10 },
      { id: "b:b", at: 20 },
      { id: "c", at: 20 },
      { id: "d", at: 20 },
      { id: "e", at: 30 },
    ]);
    const ids: string[] = [];
    let cursor: string | null | undefined;
    let pages = 0;
    while (cursor !== null) {
      const page = await exports.CronRpc.listDeadLetters(cursor === undefined ? { limit: 2 } : { limit: 2, cursor });
      if (page.status !== "ok") throw new Error(page.status);
      ids.push(...page.letters.map((letter) => letter.id));
      cursor = page.next_cursor;
      pages += 1;
    }
    expect(ids).toEqual(["e", "d", "c", "b:b", "a"]);
    expect(pages).toBe(3);
  });

  test("refuses a cursor that it did not give", async () => {
    expect(await exports.CronRpc.listDeadLetters({ limit: 2, cursor: "nonsense" })).toEqual({
      status: "invalid_cursor",
    });
  });

  test("shows what is needed to judge a letter", async () => {
    await deliver(flights({ hello: 1 }));
    expect(await exports.CronRpc.listDeadLetters({ limit: 10 })).toEqual({
      status: "ok",
      letters: [
        {
          id: "msg_0",
          queue: "ao-events",
          at: expect.any(Number),
          attempts: 1,
          reason: "not an event: type invalid_union",
          body: '{"hello":1}',
          replayed_at: null,
        },
      ],
      next_cursor: null,
    });
  });
});

describe("a replay", () => {
  test("sends the letters named, as they were, and marks them", async () => {
    await give([completed("e1"), completed("e2")]);
    const { sent, queue } = fakeQueue();
    const answer = await replayDeadLetters(env.DB, queue, ["dead_1", "missing"], 99);
    expect(answer).toEqual({ replayed: 1, not_found: ["missing"], remaining: 1 });
    expect(sent).toEqual([completed("e2")]);
    const marked = await env.DB.prepare("SELECT id, replayed_at FROM dead_letters ORDER BY id").all();
    expect(marked.results).toEqual([
      { id: "dead_0", replayed_at: null },
      { id: "dead_1", replayed_at: 99 },
    ]);
  });

  test("of all leaves out what was replayed before", async () => {
    const now = runtimeEffects().now();
    await give([completed("e1"), completed("e2"), completed("e3")]);
    const { sent, queue } = fakeQueue();
    await replayDeadLetters(env.DB, queue, ["dead_1"], now);
    const answer = await replayDeadLetters(env.DB, queue, "all", now + 60_000);
    expect(answer).toEqual({ replayed: 2, not_found: [], remaining: 0 });
    expect(sent).toEqual([completed("e2"), completed("e1"), completed("e3")]);
  });

  test("leaves letters unmarked that the queue did not take", async () => {
    await give([completed("e1")]);
    const queue = { sendBatch: () => Promise.reject(new Error("the queue is down")) };
    await expect(replayDeadLetters(env.DB, queue, "all", Date.now())).rejects.toThrow("the queue is down");
    const { sent, queue: healthy } = fakeQueue();
    expect(await replayDeadLetters(env.DB, healthy, "all", Date.now())).toMatchObject({ replayed: 1, remaining: 0 });
    expect(sent).toEqual([completed("e1")]);
  });

  test("through the real queue counts an event once, also when it is replayed twice or had been counted", async () => {
    await deliver(flights(completed("e1")));
    await give([completed("e1"), completed("e2")]);
    expect(await exports.CronRpc.replayDeadLetters("all")).toEqual({ replayed: 2, not_found: [], remaining: 0 });
    await exports.CronRpc.replayDeadLetters(["dead_0", "dead_1"]);
    await env.EVENTS.send(completed("e3"));
    await vi.waitFor(async () => expect(await count("request_log")).toBe(3), { timeout: 10_000, interval: 100 });
    expect(await rollupSums()).toMatchObject({ requests: 3, cost_nano_usd: "3000" });
  });
});
