import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { runtimeEffects } from "../../../schema/kernel/effects.ts";
import { insertAlert, type NewAlert } from "../../../schema/notifications/alert.ts";
import type { EventOf } from "../../../schema/wire/events.ts";
import { appendBlocked } from "../../../workers/cron/audit/append-blocked.ts";
import { draftOf } from "../../../workers/cron/events/draft-of.ts";
import { recordEvents } from "../../../workers/cron/events/record-events.ts";
import { JOBS } from "../../../workers/cron/jobs/jobs.ts";
import { alertRefusedKeys } from "../../../workers/cron/notifications/refused-keys.ts";
import { routeAlerts } from "../../../workers/cron/notifications/route-alerts.ts";
import { deliver, flights } from "./deliver.ts";
import { fresh } from "./fresh.ts";
import { HOUR, threshold } from "./make-event.ts";

beforeEach(fresh);
afterEach(() => void vi.restoreAllMocks());

const MINUTE = 60_000;
const NOON = Date.UTC(2026, 10, 5, 12);

const run = (sql: string, ...params: (string | number | null)[]) =>
  env.DB.prepare(sql)
    .bind(...params)
    .run();
const all = async (sql: string) => (await env.DB.prepare(sql).all()).results;

const alerts = () =>
  all("SELECT kind, object_id, rank, swallowed_by IS NOT NULL AS swallowed, details FROM alerts ORDER BY rank");
const deliveries = () =>
  all("SELECT channel_id, recipient, kind, source_id FROM notification_deliveries ORDER BY channel_id, recipient");

const route = (now = NOON) => {
  const effects = runtimeEffects();
  return routeAlerts(env.DB, { newDeliveryId: () => effects.newId("delivery"), now: () => now });
};

let batches = 0;
const record = (events: Parameters<typeof recordEvents>[1], now = NOON) => {
  batches += 1;
  return recordEvents(env.DB, events, `batch_${batches}`, now);
};

/** `org_1` with a team that has a lead and a member, an owner, and a webhook and a mail service. */
async function org(): Promise<void> {
  await run("INSERT INTO orgs (id, name, created_at) VALUES ('org_1', 'Org', 0)");
  await run("INSERT INTO teams (id, org_id, name, created_at) VALUES ('tem_1', 'org_1', 'Search', 0)");
  await run(
    "INSERT INTO wallets (id, org_id, name, team_id, created_at) VALUES ('wal_1', 'org_1', 'Search', 'tem_1', 0)",
  );
  for (const [name, role, team_role] of [
    ["owner", "owner", null],
    ["lead", "member", "lead"],
    ["member", "member", "member"],
  ] as const) {
    await run(
      "INSERT INTO users (id, name, email, created_at, updated_at) VALUES (?1, ?1, ?2, 0, 0)",
      name,
      `${name}@x`,
    );
    await run(
      "INSERT INTO members (id, org_id, user_id, role, created_at) VALUES (?1, 'org_1', ?1, ?2, 0)",
      name,
      role,
    );
    if (team_role !== null) {
      await run(
        "INSERT INTO team_members (id, org_id, team_id, member_id, role, created_at) VALUES (?1, 'org_1', 'tem_1', ?1, ?2, 0)",
        name,
        team_role,
      );
    }
  }
  await run(
    "INSERT INTO channels (id, org_id, kind, name, created_at) VALUES ('chn_hook', 'org_1', 'webhook', 'Hook', 0), ('chn_mail', 'org_1', 'ses', 'Mail', 1)",
  );
}

const at = (percent: number, event_id = `wal_1:${percent}`) => ({ ...threshold(event_id), percent });

const exhausted: EventOf<"wallet.exhausted"> = {
  event_id: "wal_1:9",
  at: HOUR,
  org_id: "org_1",
  wallet_id: "wal_1",
  cost_center: null,
  team_id: "tem_1",
  type: "wallet.exhausted",
  limit_nano_usd: 10_000,
  spent_nano_usd: 10_000,
  period_start: HOUR,
};

describe("a threshold", () => {
  test("becomes an alert in the transaction of its event, once, however often it is delivered", async () => {
    let told = 0;
    for (let time = 0; time < 3; time += 1) told += (await record([at(80)])).alerts;
    expect(told).toBe(1);
    expect(await alerts()).toMatchObject([{ kind: "threshold", object_id: "wal_1", rank: 80, swallowed: 0 }]);
    expect(JSON.parse(String((await alerts())[0]?.details))).toEqual({
      percent: 80,
      limit_usd: "0.000010000",
      spent_usd: "0.000008100",
      period_start: new Date(HOUR).toISOString(),
    });
  });

  test("whose transaction fails has no alert either", async () => {
    await run("DROP TABLE rollup_hourly");
    await run("ALTER TABLE wallet_events RENAME TO wallet_events_away");
    await expect(record([at(80)])).rejects.toThrow();
    expect(await alerts()).toEqual([]);
  });

  test("below a higher one of the same moment is kept, and not sent", async () => {
    await record([at(80), exhausted, at(95)]);
    expect(await alerts()).toMatchObject([
      { rank: 80, swallowed: 1 },
      { rank: 95, swallowed: 1 },
      { kind: "exhaustion", rank: 100, swallowed: 0 },
    ]);
  });

  test("above an earlier one is sent all the same", async () => {
    await record([at(80)]);
    await record([at(95)], NOON + MINUTE);
    expect(await alerts()).toMatchObject([{ swallowed: 0 }, { swallowed: 0 }]);
  });

  test("of the next period is another story", async () => {
    await record([at(95)]);
    await record([{ ...at(80, "wal_1:50"), period_start: HOUR + 3_600_000 }], NOON + MINUTE);
    expect(await alerts()).toMatchObject([{ swallowed: 0 }, { swallowed: 0 }]);
  });

  test("of another org with the same ids is another story", async () => {
    await record([at(95)]);
    await record([{ ...at(95, "wal_2:50"), org_id: "org_2" }], NOON + MINUTE);
    expect(await alerts()).toMatchObject([{ swallowed: 0 }, { swallowed: 0 }]);
  });
});

describe("what says the same", () => {
  const alert = (source: string, changes: Partial<NewAlert> = {}): NewAlert => ({
    source,
    org_id: "org_1",
    kind: "provider",
    object: { type: "provider", id: "openai" },
    team_id: null,
    at: NOON,
    details: { state: "down", before: "healthy" },
    dedupe_key: "provider/openai/down",
    ...changes,
  });
  const tell = async (made: NewAlert, now: number) => {
    const { sql, params } = await insertAlert(made, now);
    await run(sql, ...params);
  };
  const sent = async () =>
    (await all("SELECT created_at FROM alerts WHERE swallowed_by IS NULL ORDER BY created_at")).map(
      ({ created_at }) => (Number(created_at) - NOON) / MINUTE,
    );
  const policy = (team_id: string | null, minutes: number) =>
    run(
      "INSERT INTO alert_policies (id, org_id, name, team_id, ladder, recipients, dedupe_minutes, created_at) VALUES (?1, 'org_1', 'P', ?2, '[]', '{}', ?3, 0)",
      `apl_${team_id}`,
      team_id,
      minutes,
    );

  test.each([
    ["15 minutes without a policy", null, [0, 15, 30]],
    ["the minutes of the policy", 20, [0, 20]],
    ["never when that is 0", 0, [0, 1, 5, 14, 15, 16, 20, 29, 30, 31]],
  ])("is sent once in %s", async (_name, minutes, expected) => {
    await org();
    if (minutes !== null) await policy(null, minutes);
    for (const minute of [0, 1, 5, 14, 15, 16, 20, 29, 30, 31]) await tell(alert(`s${minute}`), NOON + minute * MINUTE);
    expect(await sent()).toEqual(expected);
  });

  test("goes by the policy of its team before that of the org", async () => {
    await org();
    await policy(null, 60);
    await policy("tem_1", 2);
    for (const minute of [0, 1, 3]) await tell(alert(`s${minute}`, { team_id: "tem_1" }), NOON + minute * MINUTE);
    expect(await sent()).toEqual([0, 3]);
  });

  test("is counted in the next that is sent", async () => {
    await org();
    for (const minute of [0, 1, 2, 3]) await tell(alert(`s${minute}`), NOON + minute * MINUTE);
    await route();
    await tell(alert("s20"), NOON + 20 * MINUTE);
    await route();
    const messages = await all(
      "SELECT message FROM notification_deliveries WHERE channel_id = 'chn_hook' ORDER BY rowid",
    );
    expect(messages.map(({ message }) => JSON.parse(String(message)).data.swallowed)).toEqual([0, 3]);
  });
});

describe("an alert becomes deliveries", () => {
  test("to whom the ladder names, each once, however often it is routed", async () => {
    await org();
    await record([at(80)]);
    await Promise.all([route(), route()]);
    await run("UPDATE alerts SET routed_at = NULL");
    await route();
    expect(await deliveries()).toMatchObject([
      { channel_id: "chn_hook", recipient: "", kind: "threshold" },
      { channel_id: "chn_mail", recipient: "lead@x" },
    ]);
  });

  test("step by step: the lead, finops too, everyone", async () => {
    await org();
    const told: unknown[] = [];
    for (const [percent, minutes] of [
      [80, 0],
      [95, 1],
      [100, 2],
    ] as const) {
      await record([at(percent)], NOON + minutes * MINUTE);
      await route();
      const rows = await all("SELECT recipient FROM notification_deliveries WHERE recipient <> '' ORDER BY recipient");
      told.push(rows.map(({ recipient }) => recipient));
      await run("DELETE FROM notification_deliveries");
    }
    expect(told).toEqual([["lead@x"], ["lead@x", "owner@x"], ["lead@x", "member@x", "owner@x"]]);
  });

  test("by the policy of its team", async () => {
    await org();
    await run(
      `INSERT INTO alert_policies (id, org_id, name, team_id, ladder, recipients, created_at) VALUES
        ('apl_1', 'org_1', 'Org', NULL, '[{"percent":1,"recipients":["everyone"]}]', '{}', 0),
        ('apl_2', 'org_1', 'Team', 'tem_1', '[{"percent":80,"recipients":["chn_hook"]}]', '{}', 0)`.replaceAll(
        "chn_hook",
        "chn_00000000000000000000000001",
      ),
    );
    await run("UPDATE channels SET id = 'chn_00000000000000000000000001' WHERE id = 'chn_hook'");
    await record([at(80)]);
    await route();
    expect(await deliveries()).toMatchObject([{ channel_id: "chn_00000000000000000000000001" }]);
  });

  test("with none for what was swallowed, and none where nobody can be told", async () => {
    await org();
    await run("UPDATE channels SET enabled = 0");
    await record([at(80), at(95)]);
    expect(await route()).toEqual({ alerts: 1, deliveries: 0 });
    expect(await route()).toEqual({ alerts: 0, deliveries: 0 });
  });

  test("and the consumer says at once that there is something to tell", async () => {
    let notified = 0;
    const tell = () => {
      notified += 1;
    };
    await deliver(flights(at(80)), env.DB, () => undefined, tell);
    await deliver(flights(at(80)), env.DB, () => undefined, tell);
    expect(notified).toBe(1);
  });
});

describe("a request for money", () => {
  /** Who is written to when money of a wallet is asked for, to go to one of the team `tem_1`. */
  async function asks(from_team: string | null, requester_ids: readonly string[]) {
    await run("INSERT INTO teams (id, org_id, name, created_at) VALUES ('tem_2', 'org_1', 'Ads', 0)");
    await run(
      "INSERT INTO wallets (id, org_id, name, team_id, created_at) VALUES ('wal_from', 'org_1', 'From', ?1, 0)",
      from_team,
    );
    await run(
      `INSERT INTO money_requests
        (id, org_id, kind, status, from_wallet_id, to_wallet_id, amount_nano_usd, reason, requested_by, requested_by_name, requester_ids, created_at)
       VALUES ('trf_1', 'org_1', 'transfer', 'pending', 'wal_from', 'wal_1', 1, 'Why', 'x', 'x', ?1, 0)`,
      JSON.stringify(requester_ids),
    );
    const { sql, params } = await insertAlert(
      {
        source: "money/trf_1",
        org_id: "org_1",
        kind: "budget_request",
        object: { type: "transfer", id: "trf_1" },
        team_id: "tem_1",
        at: NOON,
        details: {},
        dedupe_key: "money/trf_1",
      },
      NOON,
    );
    await run(sql, ...params);
    await route();
    return (await deliveries()).map(({ recipient }) => recipient).filter((recipient) => recipient !== "");
  }
  beforeEach(org);

  test("is told to the leads of the team that gives, beside the admins", async () => {
    expect(await asks("tem_1", ["member"])).toEqual(["lead@x", "owner@x"]);
  });

  test("is not told to a lead who has asked for it, nor to one of a team that only takes", async () => {
    expect(await asks("tem_1", ["key_1", "lead"])).toEqual(["owner@x"]);
    await run("DELETE FROM notification_deliveries");
    await run("UPDATE wallets SET team_id = 'tem_2' WHERE id = 'wal_from'");
    await run("UPDATE money_requests SET requester_ids = '[]'");
    await run("UPDATE alerts SET routed_at = NULL");
    await route();
    expect(await deliveries()).toMatchObject([{ channel_id: "chn_hook" }, { recipient: "owner@x" }]);
  });

  test("of nobody's money but the organisation's is for its admins", async () => {
    expect(await asks(null, [])).toEqual(["owner@x"]);
  });

  test("is for whom the policy names, and for the deciders as one of them", async () => {
    const named = (recipients: string) =>
      run(
        "INSERT OR REPLACE INTO alert_policies (id, org_id, name, team_id, ladder, recipients, created_at) VALUES ('apl_1', 'org_1', 'Org', NULL, '[]', ?1, 0)",
        recipients,
      );
    await named('{"budget_request":["giving_team_lead"]}');
    expect(await asks("tem_1", [])).toEqual(["lead@x"]);
    await run("DELETE FROM notification_deliveries");
    await run("UPDATE alerts SET routed_at = NULL");
    await named('{"budget_request":["admins"]}');
    await route();
    expect(await deliveries()).toMatchObject([{ recipient: "owner@x" }]);
  });
});

describe("security", () => {
  const blocked = (n: number, changes: Partial<EventOf<"request.blocked">["details"]> = {}) => ({
    event_id: `aud_${n}`,
    at: NOON + n,
    org_id: "org_1",
    wallet_id: "wal_1",
    type: "request.blocked" as const,
    actor: { type: "key" as const, id: "key_1", name: "App" },
    target: null,
    request_id: "req_1",
    ip: null,
    details: {
      code: "forbidden",
      message: "No.",
      model: null,
      wallet_id: "wal_1",
      route: "chat",
      count: 1,
      ...changes,
    },
  });
  const refuse = async (events: EventOf<"request.blocked">[]) => {
    await appendBlocked(env.AUDIT, events.map(draftOf));
    return await alertRefusedKeys(env.DB, events, NOON);
  };

  test("is told of a key of which 50 requests are refused in ten minutes, once", async () => {
    await org();
    expect(await refuse([blocked(1), blocked(2, { count: 47 })])).toBe(0);
    expect(await refuse([blocked(3)])).toBe(0);
    expect(await refuse([blocked(4)])).toBe(1);
    await refuse([blocked(5)]);
    expect(await alerts()).toMatchObject([
      { kind: "security", object_id: "key_1", swallowed: 0 },
      { kind: "security", swallowed: 1 },
    ]);
    await route();
    expect(await deliveries()).toMatchObject([{ channel_id: "chn_hook" }, { recipient: "owner@x" }]);
  });

  test("is not told of what is a matter of money, of long ago or of many keys", async () => {
    await org();
    await refuse([blocked(1, { count: 500, code: "wallet_exhausted" })]);
    await refuse([{ ...blocked(2, { count: 49 }), at: NOON - 11 * MINUTE }]);
    await refuse([{ ...blocked(3, { count: 40 }), actor: { type: "key", id: "key_2", name: "Other" } }]);
    await refuse([blocked(4, { count: 40 })]);
    expect(await alerts()).toEqual([]);
  });

  test("is told of an audit log that does not verify", async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    await org();
    await appendBlocked(env.AUDIT, [blocked(1), blocked(2), blocked(3)].map(draftOf));
    await run("DROP TRIGGER audit_log_no_update");
    await run("UPDATE audit_log SET outcome = 'done' WHERE org_id = 'org_1' AND seq = 2");
    await JOBS["verify-audit"]?.(env, { ...runtimeEffects(), now: () => NOON });
    expect(await alerts()).toMatchObject([{ kind: "security", object_id: "org_1" }]);
    await route();
    expect(await deliveries()).toMatchObject([{ channel_id: "chn_hook" }, { recipient: "owner@x" }]);
  });
});

test("alerts and deliveries are forgotten after 90 days", async () => {
  await org();
  await record([at(80)]);
  await route();
  await JOBS["purge-notifications"]?.(env, { ...runtimeEffects(), now: () => NOON + 90 * 24 * 60 * MINUTE - 1 });
  expect([(await alerts()).length, (await deliveries()).length]).toEqual([1, 2]);
  await JOBS["purge-notifications"]?.(env, { ...runtimeEffects(), now: () => NOON + 90 * 24 * 60 * MINUTE });
  expect([await alerts(), await deliveries()]).toEqual([[], []]);
});
