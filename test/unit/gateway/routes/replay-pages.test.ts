import { beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { quietLogs } from "../fixtures.ts";
import { answerOf, gatewayWithLog, noon, PERIOD, rule } from "../logged-gateway.ts";

beforeEach(() => {
  quietLogs();
});

const pageSchema = z.looseObject({ looked_at: z.number(), next_cursor: z.string().nullable() });

describe("the pages of a replay", () => {
  it("look at every row once, whatever their size, and add up to the whole", async () => {
    // Some end in the same millisecond.
    const rows = Array.from({ length: 23 }, (_, at) => ({
      at: noon(Math.floor(at / 3)),
      feature: at % 2 === 0 ? "a" : "b",
    }));
    const on = await gatewayWithLog(rows);
    for (const limit of [1, 4, 22, 23, 24]) {
      let [looked_at, requests, judged] = [0, 0, 0];
      let cursor: string | null = null;
      do {
        const page: unknown = await answerOf(on, {
          ...rule({}),
          filter: { feature: "a" },
          limit,
          ...(cursor === null ? {} : { cursor }),
        });
        const { next_cursor, ...counted } = pageSchema.parse(page);
        looked_at += counted.looked_at;
        requests += Number(counted.requests);
        judged += Number(counted.judged);
        cursor = next_cursor;
      } while (cursor !== null);
      expect([looked_at, requests, judged], `limit ${limit}`).toEqual([23, 12, 12]);
    }
  });

  it("are longer than a read of the log", async () => {
    const on = await gatewayWithLog(Array.from({ length: 1_203 }, () => ({})));
    expect(await answerOf(on, { ...rule({}), limit: 1_203 })).toMatchObject({
      looked_at: 1_203,
      judged: 1_203,
      next_cursor: null,
    });
    expect(await answerOf(on, { ...rule({}), limit: 1_202 })).toMatchObject({
      looked_at: 1_202,
      next_cursor: expect.any(String),
    });
  });

  it("go down the index of a filter, and see no other org", async () => {
    const on = await gatewayWithLog([{ subject: "ann" }, { subject: "bob" }, { subject: "ann", org_id: "org_other" }]);
    expect(await answerOf(on, { filter: { subject: "ann" } })).toMatchObject({ looked_at: 1, requests: 1 });
    expect(await answerOf(on, { filter: { provider: "acme", model: "acme/dear" } })).toMatchObject({ requests: 2 });
    expect(await answerOf(on, { filter: { provider: "nobody" } })).toMatchObject({
      looked_at: 2,
      requests: 0,
      judged: 0,
    });
    expect(await answerOf(on, { from: "2026-03-09T00:00:00Z", to: PERIOD.from })).toMatchObject({ looked_at: 0 });
  });
});

describe("a replay is refused", () => {
  it.each([
    [{ rule: { when: { modle: "x" }, then: { deny: "x" } } }, /^rule\.when/],
    [{ rule: { when: {}, then: { model: "x" } } }, /^rule\.then\.model$/],
    [{ rule: { when: {}, then: {} } }, /^rule\.then$/],
    [{ rule: { when: {}, then: { deny: "x" }, priority: -1 } }, /^rule\.priority$/],
    [
      { rule: { when: {}, then: { deny: "x" }, starts_at: "2026-01-02T00:00:00Z", ends_at: "2026-01-01T00:00:00Z" } },
      /^rule\.ends_at$/,
    ],
    [{ from: "2026-01-01T00:00:00Z" }, /^from$/],
    [{ from: PERIOD.to }, /^to$/],
    [{ from: "yesterday" }, /^from$/],
    [{ filter: { modle: "x" } }, /^filter$/],
    [{ limit: 5_001 }, /^limit$/],
    [{ cursor: "x" }, /^cursor$/],
  ])("%j at its place", async (body, place) => {
    const on = await gatewayWithLog([]);
    const { status, body: answer } = await on.replay(body);
    expect(status).toBe(400);
    expect(answer.error.param).toMatch(place);
  });

  it("to who may not read rules, or not the log", async () => {
    for (const missing of ["routing:read", "requests:read"]) {
      const on = await gatewayWithLog([{}], [], {
        authorize: ({ permission }) =>
          permission === missing
            ? { status: "refused", refusal: { code: "forbidden" } }
            : { status: "authorized", org_id: "org_1", actor_id: "usr_1", wallet_id: null },
      });
      expect((await on.replay()).status, missing).toBe(403);
    }
  });

  it("for a while where the database does not answer", async () => {
    const on = await gatewayWithLog([{}]);
    on.d1.setDown(true);
    expect((await on.replay()).status).toBe(503);
  });
});
