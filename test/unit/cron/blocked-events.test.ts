import { beforeEach, describe, expect, test, vi } from "vitest";
import type { EventOf } from "../../../schema/wire/events.ts";
import { consumeEvents } from "../../../workers/cron/consumers/events.ts";
import { draftOf, type OrgDraft } from "../../../workers/cron/events/draft-of.ts";
import { completed } from "../../runtime/cron/make-event.ts";
import { standIn } from "../gateway/fixtures.ts";

beforeEach(() => {
  for (const level of ["info", "warn", "error"] as const) vi.spyOn(console, level).mockImplementation(() => undefined);
});

const blocked = (event_id: string, org_id = "org_1"): EventOf<"request.blocked"> => ({
  event_id,
  at: 1_000,
  org_id,
  wallet_id: "wal_1",
  type: "request.blocked",
  actor: { type: "key", id: "key_1", name: "App" },
  target: { type: "model", id: "acme/m" },
  request_id: "req_1",
  ip: "203.0.113.7",
  details: { code: "wallet_frozen", message: "Frozen.", model: "acme/m", wallet_id: "wal_1", route: "/v1/x", count: 3 },
});

/** Delivers events, and answers which were acknowledged, which come back, and what reached audit objects and D1. */
async function deliver(
  bodies: readonly { readonly event_id: string }[],
  { attempts = 1, fails = () => false }: { attempts?: number; fails?: (entries: readonly OrgDraft[]) => boolean } = {},
) {
  const acked: string[] = [];
  const retried: string[] = [];
  const appended: OrgDraft[] = [];
  const stored: unknown[] = [];
  const messages = bodies.map((body) =>
    standIn<Message>({
      id: body.event_id,
      body: JSON.parse(JSON.stringify(body)),
      attempts,
      ack: () => acked.push(body.event_id),
      retry: () => retried.push(body.event_id),
    }),
  );
  const statement: D1PreparedStatement = standIn<D1PreparedStatement>({
    bind: (...values) => {
      stored.push(...values);
      return statement;
    },
  });
  const db = standIn<D1Database>({
    prepare: () => statement,
    batch: async (asked) => JSON.parse(JSON.stringify(asked.map(() => ({ meta: { changes: 1 } })))),
  });
  await consumeEvents(standIn<MessageBatch>({ queue: "ao-events", messages }), {
    db,
    effects: { now: () => 2_000, randomBytes: (length) => new Uint8Array(length) },
    appendBlocked: async (entries) => {
      if (fails(entries)) throw new Error("audit object is down");
      appended.push(...entries);
    },
    notify: () => undefined,
    explore: () => undefined,
  });
  return { acked: acked.sort(), retried: retried.sort(), appended, stored: JSON.stringify(stored) };
}

describe("a blocked request", () => {
  test("becomes an entry of its org's audit chain under its own id, and no row of the log", async () => {
    const { acked, appended, stored } = await deliver([blocked("aud_1"), completed("e1"), blocked("aud_2", "org_2")]);
    expect(acked).toEqual(["aud_1", "aud_2", "e1"]);
    expect(appended.map(({ org_id, entry }) => [org_id, entry.id])).toEqual([
      ["org_1", "aud_1"],
      ["org_2", "aud_2"],
    ]);
    expect(stored).toContain("e1");
    expect(stored).not.toContain("aud_1");
  });

  test("is told with everything that an entry has", () => {
    const { event_id: id, at, actor, target, request_id, ip, details } = blocked("aud_1");
    expect(draftOf(blocked("aud_1"))).toEqual({
      org_id: "org_1",
      entry: { id, at, actor, action: "request.blocked", outcome: "blocked", target, request_id, ip, details },
    });
  });

  test("comes back while audit objects are down, and keeps no row of the log waiting", async () => {
    const { acked, retried } = await deliver([blocked("aud_1"), completed("e1")], { fails: () => true });
    expect({ acked, retried }).toEqual({ acked: ["e1"], retried: ["aud_1"] });
  });

  test("of an org whose object answers does not wait for another's: they go one by one the next time", async () => {
    const fails = (entries: readonly OrgDraft[]) => entries.some(({ org_id }) => org_id === "org_2");
    const events = [blocked("aud_1"), blocked("aud_2", "org_2"), blocked("aud_3")];
    const { acked, retried } = await deliver(events, { attempts: 2, fails });
    expect({ acked, retried }).toEqual({ acked: ["aud_1", "aud_3"], retried: ["aud_2"] });
  });

  test("is never given up as what is wrong, however often it comes", async () => {
    const { retried } = await deliver([blocked("aud_1")], { attempts: 50, fails: () => true });
    expect(retried).toEqual(["aud_1"]);
  });
});
