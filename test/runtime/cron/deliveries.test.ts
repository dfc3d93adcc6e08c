import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { channelOwner } from "../../../schema/credential/owners.ts";
import { sealCredential } from "../../../schema/credential/seal.ts";
import { fromBase64 } from "../../../schema/kernel/base64.ts";
import { runtimeEffects } from "../../../schema/kernel/effects.ts";
import type { Channel, Outgoing, Sent } from "../../../schema/notifications/channel.ts";
import { insertDelivery } from "../../../schema/notifications/insert-delivery.ts";
import type { Notification } from "../../../schema/notifications/notification.ts";
import { readConfig } from "../../../workers/cron/env.ts";
import { openChannel } from "../../../workers/cron/notifications/open-channel.ts";
import { type SendSteps, sendDeliveries } from "../../../workers/cron/notifications/send-deliveries.ts";
import { fresh } from "./fresh.ts";
import { catchLogLines } from "./log-lines.ts";

beforeEach(fresh);
afterEach(() => void vi.restoreAllMocks());

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOON = Date.UTC(2026, 10, 5, 12);

const notification = (source_id: string): Notification => ({
  type: "alert",
  kind: "threshold",
  org_id: "org_1",
  source_id,
  at: NOON,
  title: "Something happened",
  lines: [],
  tables: [],
  data: {},
});

async function add(id: string, channel_id = "chn_1"): Promise<void> {
  const { sql, params } = insertDelivery(
    { id, channel_id, recipient: "", notification: notification(`alr_${id}`) },
    NOON,
  );
  await env.DB.prepare(sql)
    .bind(...params)
    .run();
}

const taken: Sent = {
  taken: true,
  http_status: 200,
  problem: null,
  answer: "",
  permanent: false,
  retry_after_ms: null,
};
const failed: Sent = { ...taken, taken: false, http_status: 500, problem: "it answered with status 500" };

const channel: Channel = {
  id: "chn_1",
  org_id: "org_1",
  kind: "webhook",
  url: "https://hooks.example/",
  sender: null,
  region: null,
  credential: { secret: "s" },
};

interface World {
  now: number;
  readonly sent: Outgoing[];
  readonly steps: SendSteps;
}

/** A receiver that answers so. */
function world(answer: (outgoing: Outgoing) => Sent | Promise<Sent>): World {
  const sent: Outgoing[] = [];
  const made: World = {
    now: NOON,
    sent,
    steps: {
      openChannel: async () => channel,
      send: async (_channel, outgoing) => {
        sent.push(outgoing);
        return await answer(outgoing);
      },
      now: () => made.now,
    },
  };
  return made;
}

const rows = async () =>
  (
    await env.DB.prepare(
      "SELECT id, status, tries, next_attempt_at, attempts FROM notification_deliveries ORDER BY id",
    ).all()
  ).results;

describe("a message", () => {
  test("is sent once, however many runs there are at a time, and its delivery says so", async () => {
    const here = world(() => taken);
    for (let n = 0; n < 30; n += 1) await add(`dlv_${String(n).padStart(2, "0")}`);
    const counts = await Promise.all([sendDeliveries(env.DB, here.steps), sendDeliveries(env.DB, here.steps)]);
    await sendDeliveries(env.DB, here.steps);
    expect(counts.reduce((sum, { sent }) => sum + sent, 0)).toBe(30);
    expect(new Set(here.sent.map(({ delivery_id }) => delivery_id)).size).toBe(30);
    expect(here.sent).toHaveLength(30);
    const [first] = await rows();
    expect(first).toMatchObject({ status: "sent", tries: 1 });
    expect(JSON.parse(String(first?.attempts))).toEqual([
      { at: NOON, taken: true, http_status: 200, problem: null, latency_ms: 0 },
    ]);
  });

  test("to the same receiver about the same is made once", async () => {
    await add("dlv_1");
    const { sql, params } = insertDelivery(
      { id: "dlv_2", channel_id: "chn_1", recipient: "", notification: notification("alr_dlv_1") },
      NOON,
    );
    await env.DB.prepare(sql)
      .bind(...params)
      .run();
    expect(await rows()).toHaveLength(1);
  });

  test("that is not taken is tried nine times over a day, ever more seldom, and then dead", async () => {
    const lines = catchLogLines();
    const here = world(() => failed);
    await add("dlv_1");
    const waits: number[] = [];
    for (;;) {
      await sendDeliveries(env.DB, here.steps);
      const [row] = await rows();
      if (row?.status !== "pending") break;
      waits.push(Number(row.next_attempt_at) - here.now);
      here.now = Number(row.next_attempt_at) - 1;
      await sendDeliveries(env.DB, here.steps);
      here.now += 1;
    }
    expect(waits).toEqual([MINUTE / 2, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR]);
    expect(here.sent).toHaveLength(9);
    expect(new Set(here.sent.map(({ delivery_id }) => delivery_id))).toEqual(new Set(["dlv_1"]));
    const [row] = await rows();
    expect(row).toMatchObject({ status: "dead", tries: 9 });
    expect(JSON.parse(String(row?.attempts))).toHaveLength(9);
    expect(lines("notification_dead")).toEqual([
      expect.objectContaining({ delivery_id: "dlv_1", problem: "it answered with status 500" }),
    ]);
  });

  test("waits as long as its receiver asks for, up to an hour", async () => {
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const here = world(({ delivery_id }) => ({
      ...failed,
      retry_after_ms: delivery_id === "dlv_1" ? 5 * MINUTE : 24 * HOUR,
    }));
    await add("dlv_1");
    await add("dlv_2");
    await sendDeliveries(env.DB, here.steps);
    expect((await rows()).map((row) => Number(row.next_attempt_at) - NOON)).toEqual([5 * MINUTE, HOUR]);
  });

  test("that its receiver will never take is dead at once", async () => {
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const here = world(() => ({ ...failed, permanent: true }));
    await add("dlv_1");
    expect(await sendDeliveries(env.DB, here.steps)).toEqual({ sent: 0, failed: 0, dead: 1 });
  });

  test("whose sender died on the way is sent again under the same id, when nobody can be at it any more", async () => {
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const here = world(() => new Promise<Sent>(() => undefined));
    await add("dlv_1");
    void sendDeliveries(env.DB, here.steps);
    await vi.waitFor(() => expect(here.sent).toHaveLength(1));
    const next = world(() => taken);
    next.now = NOON + MINUTE;
    expect(await sendDeliveries(env.DB, next.steps)).toEqual({ sent: 0, failed: 0, dead: 0 });
    next.now = NOON + 3 * MINUTE;
    expect(await sendDeliveries(env.DB, next.steps)).toEqual({ sent: 1, failed: 0, dead: 0 });
    expect(next.sent[0]?.delivery_id).toBe("dlv_1");
  });

  test("keeps no other waiting by hanging", async () => {
    const hang = Promise.withResolvers<Sent>();
    const here = world(({ delivery_id }) => (delivery_id === "dlv_1" ? hang.promise : taken));
    await add("dlv_1");
    await add("dlv_2");
    const run = sendDeliveries(env.DB, here.steps);
    await vi.waitFor(async () => expect((await rows()).map(({ status }) => status)).toEqual(["pending", "sent"]));
    hang.resolve(taken);
    expect(await run).toMatchObject({ sent: 2 });
  });

  test("of a channel that is gone is given up, and one that cannot be read is tried again", async () => {
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const here = world(() => taken);
    await add("dlv_1", "chn_gone");
    await add("dlv_2", "chn_down");
    const steps: SendSteps = {
      ...here.steps,
      openChannel: (_org, id) => (id === "chn_gone" ? Promise.resolve(null) : Promise.reject(new Error("D1 is down"))),
    };
    expect(await sendDeliveries(env.DB, steps)).toEqual({ sent: 0, failed: 1, dead: 1 });
    expect(here.sent).toEqual([]);
  });
});

test("a channel opens with its credential, in its own org and while it is switched on", async () => {
  const key = fromBase64(String(env.AO_MASTER_KEY));
  if (key === null) throw new Error("no key");
  const sealed = await sealCredential(key, channelOwner("org_1", "chn_1"), { secret: "s3cret" }, runtimeEffects());
  await env.DB.batch([
    env.DB.prepare("INSERT INTO orgs (id, name, created_at) VALUES ('org_1', 'Org', 0)"),
    env.DB.prepare(
      "INSERT INTO channels (id, org_id, kind, name, url, credential, created_at) VALUES ('chn_1', 'org_1', 'webhook', 'A', 'https://a.example/', ?, 0)",
    ).bind(sealed),
  ]);
  const config = readConfig(env);
  if (!config.ok) throw new Error(config.problem);
  expect(await openChannel(env.DB, config.config, "org_1", "chn_1")).toMatchObject({
    credential: { secret: "s3cret" },
  });
  expect(await openChannel(env.DB, config.config, "org_2", "chn_1")).toBeNull();
  await env.DB.prepare("UPDATE channels SET enabled = 0").run();
  expect(await openChannel(env.DB, config.config, "org_1", "chn_1")).toBeNull();
});
