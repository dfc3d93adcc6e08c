import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Fault, faults, faultyDatabase } from "../../../bench/workers/faulty-database.ts";
import { deliver, type Flight, flights } from "./deliver.ts";
import { fresh } from "./fresh.ts";
import { catchLogLines } from "./log-lines.ts";
import { completed, context } from "./make-event.ts";
import { count, rollupSums } from "./sums.ts";

beforeEach(fresh);
afterEach(() => void vi.restoreAllMocks());

const CANARY = "canary-4711";

/** Reads as an event, but D1 refuses it once e1 is there: one wallet cannot end one request twice. */
const refused = completed("e1-again", { request_id: "req_e1" });

const letters = async () =>
  (await env.DB.prepare("SELECT id, queue, attempts, reason, body, replayed_at FROM dead_letters ORDER BY id").all())
    .results;

const atAttempt = (attempts: number, messages: readonly Flight[]) =>
  messages.map((message) => ({ ...message, attempts }));

describe("a message that is no event", () => {
  test("becomes a dead letter at once, and the others are recorded", async () => {
    const future = { ...completed("e2"), type: "request.invented" };
    const delivered = await deliver(flights(completed("e1"), { hello: CANARY }, future, completed("e3")));
    expect(delivered.acked.toSorted()).toEqual(["msg_0", "msg_1", "msg_2", "msg_3"]);
    expect((await rollupSums()).requests).toBe(2);
    expect(await letters()).toEqual([
      {
        id: "msg_1",
        queue: "ao-events",
        attempts: 1,
        reason: "not an event: type invalid_union",
        body: `{"hello":"${CANARY}"}`,
        replayed_at: null,
      },
      {
        id: "msg_2",
        queue: "ao-events",
        attempts: 1,
        reason: "not an event: type invalid_union",
        body: JSON.stringify(future),
        replayed_at: null,
      },
    ]);
  });

  test("is named in one log line each, which holds nothing of its content", async () => {
    const lines = catchLogLines();
    const tagged = { ...completed("e1"), context: { ...context, tags: { [CANARY]: 7 }, model: 4711 } };
    await deliver(flights({ hello: CANARY }, tagged, CANARY));
    expect(lines("dead_letter")).toEqual([
      expect.objectContaining({ level: "error", id: "msg_0", attempts: 1 }),
      expect.objectContaining({ reason: "not an event: context.model invalid_type, context.tags invalid_type" }),
      expect.objectContaining({ reason: "not an event: message invalid_type" }),
    ]);
    expect(JSON.stringify(lines())).not.toContain(CANARY);
  });

  test("is kept even if it is not JSON", async () => {
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    await deliver(flights(undefined, cycle, 10n, new Date(0)));
    expect((await letters()).map(({ body }) => body)).toEqual([
      "null",
      '"[object Object]"',
      '"10"',
      '"1970-01-01T00:00:00.000Z"',
    ]);
  });

  test("is one dead letter however often it is delivered", async () => {
    await deliver(flights("nonsense"));
    await deliver(atAttempt(2, flights("nonsense")));
    expect(await count("dead_letters")).toBe(1);
  });

  test("comes back when D1 does not take the dead letter, and the events beside it are recorded", async () => {
    const db = faultyDatabase(env.DB, faults("before"));
    expect(await deliver(flights("nonsense", completed("e1")), db)).toEqual({ acked: ["msg_1"], retried: ["msg_0"] });
    expect(await count("dead_letters")).toBe(0);
    expect((await rollupSums()).requests).toBe(1);
  });
});

describe("an event that D1 refuses", () => {
  const batch = flights(completed("e1"), refused, completed("e2"), completed("e3"));

  test("holds up its batch once, then the others are recorded without it", async () => {
    const first = await deliver(batch);
    expect(first.retried).toHaveLength(4);
    const second = await deliver(atAttempt(2, batch));
    expect(second).toEqual({ acked: ["msg_0", "msg_2", "msg_3"], retried: ["msg_1"] });
    expect((await rollupSums()).requests).toBe(3);
  });

  test("does not hold up messages that join it later for more than one round", async () => {
    await deliver(atAttempt(2, batch));
    const joined = [{ id: "new", attempts: 1, body: completed("e9") }, ...atAttempt(3, batch.slice(1, 2))];
    expect((await deliver(joined)).retried.toSorted()).toEqual(["msg_1", "new"]);
    const again = joined.map((message) => ({ ...message, attempts: message.attempts + 1 }));
    expect(await deliver(again)).toEqual({ acked: ["new"], retried: ["msg_1"] });
  });

  test("becomes a dead letter with D1's reason at its fifth delivery, and its money is not counted", async () => {
    await deliver(atAttempt(2, batch));
    const poison = batch.slice(1, 2);
    expect((await deliver(atAttempt(4, poison))).retried).toEqual(["msg_1"]);
    expect((await deliver(atAttempt(5, poison))).acked).toEqual(["msg_1"]);
    expect(await letters()).toEqual([
      expect.objectContaining({
        id: "msg_1",
        attempts: 5,
        reason: expect.stringContaining("UNIQUE constraint failed"),
      }),
    ]);
    expect((await rollupSums()).cost_nano_usd).toBe("3000");
  });
});

describe("an outage of D1", () => {
  test("makes no dead letters, however often a message comes back", async () => {
    const down = faultyDatabase(env.DB, () => "before");
    for (const attempts of [1, 2, 5, 20, 99]) {
      expect((await deliver(atAttempt(attempts, flights(completed("e1"), "nonsense")), down)).acked).toEqual([]);
    }
    expect(await count("dead_letters")).toBe(0);
    expect((await deliver(atAttempt(100, flights(completed("e1"))))).acked).toHaveLength(1);
  });

  test("is not met with a call for every message", async () => {
    let calls = 0;
    const down = faultyDatabase(env.DB, (): Fault => {
      calls += 1;
      return "before";
    });
    const batch = atAttempt(2, flights(...Array.from({ length: 100 }, (_, index) => completed(`e${index}`))));
    expect((await deliver(batch, down)).retried).toHaveLength(100);
    expect(calls).toBe(11);
  });
});
