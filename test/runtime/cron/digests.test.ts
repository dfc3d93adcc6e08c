import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { loadWalletSettings } from "../../../schema/clients/wallet-settings-row.ts";
import { runtimeEffects } from "../../../schema/kernel/effects.ts";
import { recordEvents } from "../../../workers/cron/events/record-events.ts";
import { detectAnomalies } from "../../../workers/cron/jobs/detect-anomalies.ts";
import { JOBS } from "../../../workers/cron/jobs/jobs.ts";
import { type DigestSteps, sendDigests } from "../../../workers/cron/jobs/send-digests.ts";
import { fresh } from "./fresh.ts";
import { completed, context } from "./make-event.ts";

beforeEach(fresh);
afterEach(() => void vi.restoreAllMocks());

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const USD = 1_000_000_000;

const run = (sql: string, ...params: (string | number | null)[]) =>
  env.DB.prepare(sql)
    .bind(...params)
    .run();
const all = async (sql: string) => (await env.DB.prepare(sql).all()).results;

let events = 0;
/** A request that cost so much and ended then. */
async function spend(at: string | number, cost_usd: number, changes: Parameters<typeof completed>[1] = {}) {
  events += 1;
  const event = completed(`e${events}`, {
    at: typeof at === "number" ? at : Date.parse(at),
    cost_nano_usd: cost_usd * USD,
    team_id: "tem_1",
    ...changes,
  });
  await recordEvents(env.DB, [event], `b${events}`, 0);
}

async function org(): Promise<void> {
  await run("INSERT INTO orgs (id, name, created_at) VALUES ('org_1', 'Org', 0)");
  await run("INSERT INTO teams (id, org_id, name, created_at) VALUES ('tem_1', 'org_1', 'Search', 0)");
  await run(
    "INSERT INTO wallets (id, org_id, name, team_id, limit_nano_usd, created_at) VALUES ('wal_1', 'org_1', 'App', 'tem_1', ?, 0)",
    100 * USD,
  );
  await run(
    "INSERT INTO channels (id, org_id, kind, name, created_at) VALUES ('chn_1', 'org_1', 'webhook', 'Hook', 0)",
  );
}

const addDigest = (id: string, team_id: string | null, recipients = ["channels"], hour = 8) =>
  run(
    "INSERT INTO digests (id, org_id, name, team_id, hour, time_zone, recipients, created_at) VALUES (?, 'org_1', 'D', ?, ?, 'Europe/Berlin', ?, 0)",
    id,
    team_id,
    hour,
    JSON.stringify(recipients),
  );

const steps = (now: string, changes: Partial<DigestSteps> = {}): DigestSteps => {
  const effects = runtimeEffects();
  return {
    walletState: () => Promise.resolve(null),
    newDeliveryId: () => effects.newId("delivery"),
    now: () => Date.parse(now),
    ...changes,
  };
};

const messages = async () =>
  (await all("SELECT source_id, message FROM notification_deliveries ORDER BY created_at, source_id")).map(
    ({ source_id, message }) => ({ source_id, data: JSON.parse(String(message)).data }),
  );

describe("a digest", () => {
  test("sums up the local day before, of its team or of the org, beside the day before that", async () => {
    await org();
    await addDigest("dig_team", "tem_1");
    await addDigest("dig_zall", null);
    // The 25th in Berlin begins and ends at 23:00 UTC.
    await spend("2026-11-24T22:59:59Z", 1);
    await spend("2026-11-24T23:00:00Z", 2);
    await spend("2026-11-25T22:59:59Z", 4, { context: { ...context, model: "openai/gpt-5-mini" } });
    await spend("2026-11-25T23:00:00Z", 8);
    await spend("2026-11-25T12:00:00Z", 16, { team_id: null, wallet_id: "wal_2" });
    await sendDigests(env.DB, steps("2026-11-26T07:00:00Z"));
    expect(await messages()).toMatchObject([
      {
        source_id: "dig_team/2026-11-25",
        data: {
          day: { cost_usd: "6.000000000", requests: 2, input_tokens: 240, output_tokens: 70 },
          before: { cost_usd: "1.000000000", requests: 1 },
          models: [
            { model: "openai/gpt-5-mini", cost_usd: "4.000000000" },
            { model: "openai/gpt-5", cost_usd: "2.000000000" },
          ],
        },
      },
      { source_id: "dig_zall/2026-11-25", data: { day: { cost_usd: "22.000000000", requests: 3 } } },
    ]);
  });

  test("is made once a day, however often its job comes or breaks off before the end", async () => {
    await org();
    await addDigest("dig_1", null);
    await sendDigests(env.DB, steps("2026-11-26T06:59:00Z"));
    expect(await messages()).toEqual([]);
    await Promise.all([
      sendDigests(env.DB, steps("2026-11-26T07:00:00Z")),
      sendDigests(env.DB, steps("2026-11-26T07:00:00Z")),
    ]);
    await run("UPDATE digests SET last_day = ''");
    await sendDigests(env.DB, steps("2026-11-26T09:00:00Z"));
    expect((await messages()).map(({ source_id }) => source_id)).toEqual(["dig_1/2026-11-25"]);
    await sendDigests(env.DB, steps("2026-11-27T07:00:00Z"));
    expect((await messages()).map(({ source_id }) => source_id)).toEqual(["dig_1/2026-11-25", "dig_1/2026-11-26"]);
  });

  test("shows what is left as the wallets themselves have it, and does not wait for one that is silent", async () => {
    await org();
    await run(
      "INSERT INTO wallets (id, org_id, name, limit_nano_usd, created_at) VALUES ('wal_2', 'org_1', 'Silent', ?, 0)",
      USD,
    );
    await addDigest("dig_1", null);
    const real = env.WALLET;
    const walletState: DigestSteps["walletState"] = async (id) => {
      if (id === "wal_2") throw new Error("it does not answer");
      const settings = await loadWalletSettings(env.DB, id);
      if (settings === null) throw new Error("no settings");
      await real.get(real.idFromName(id)).configure(settings);
      return await real.get(real.idFromName(id)).state();
    };
    await sendDigests(env.DB, steps("2026-11-26T07:00:00Z", { walletState }));
    expect((await messages())[0]?.data.wallets).toEqual([
      {
        id: "wal_1",
        name: "App",
        limit_usd: "100.000000000",
        spent_usd: "0.000000000",
        left_usd: "100.000000000",
        resets_at: expect.any(String),
      },
    ]);
  });

  test("that cannot be made keeps no other waiting, and is due still", async () => {
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    await org();
    await addDigest("dig_1", null);
    await addDigest("dig_2", null);
    await run("UPDATE digests SET time_zone = 'Nowhere/Land' WHERE id = 'dig_1'");
    expect(await sendDigests(env.DB, steps("2026-11-26T07:00:00Z"))).toEqual({ sent: 1, failed: 1 });
    await run("UPDATE digests SET time_zone = 'UTC' WHERE id = 'dig_1'");
    expect(await sendDigests(env.DB, steps("2026-11-26T08:00:00Z"))).toEqual({ sent: 1, failed: 0 });
  });

  test("that is switched off is not sent", async () => {
    await org();
    await addDigest("dig_1", null);
    await run("UPDATE digests SET enabled = 0");
    expect(await sendDigests(env.DB, steps("2026-11-26T07:00:00Z"))).toEqual({ sent: 0, failed: 0 });
  });
});

describe("an hour in which a wallet spends far more than usual", () => {
  const NOW = Date.parse("2026-11-26T12:30:00Z");
  const THIS_HOUR = Date.parse("2026-11-26T12:00:00Z");

  /** So many hours of five to six dollars, up to two hours ago. */
  async function history(count: number): Promise<void> {
    await run(
      `INSERT INTO rollup_hourly (org_id, hour, wallet_id, team_id, cost_center, key_id, provider_id, model, feature, outcome, status,
        requests, cache_hits, cost_nano_usd, input_tokens, output_tokens, latency_ms_sum, usage_input, usage_cached_read,
        usage_cached_write_5m, usage_cached_write_1h, usage_output, usage_reasoning, usage_audio_input, usage_audio_output,
        usage_image_input, usage_image_output, usage_search, usage_image, usage_call)
      WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i <= ?1)
      SELECT 'org_1', ?2 - i * 3600000, 'wal_1', '', '', 'k', 'p', 'm', '', 'completed', 200,
        1, 0, 5000000000 + (i % 10) * 100000000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 FROM n`,
      count,
      THIS_HOUR,
    );
  }
  const found = () => all("SELECT kind, object_id, team_id, details FROM alerts ORDER BY created_at");

  test("is told of once, with what is usual", async () => {
    await org();
    await history(48);
    await spend(NOW - MINUTE, 40);
    expect(await detectAnomalies(env.DB, NOW)).toEqual({ orgs: 1, anomalies: 1, failed: 0 });
    await JOBS["detect-anomalies"]?.(env, { ...runtimeEffects(), now: () => NOW + 40 * MINUTE });
    expect(await found()).toMatchObject([{ kind: "anomaly", object_id: "wal_1", team_id: "tem_1" }]);
    expect(JSON.parse(String((await found())[0]?.details))).toMatchObject({
      hour: "2026-11-26T12:00:00.000Z",
      spent_usd: "40.000000000",
      median_usd: "5.500000000",
    });
  });

  test.each([
    ["as before", 48, 6, null],
    ["without a day of hours to compare with", 20, 400, null],
    ["below the minimum of its policy", 48, 40, 50],
  ])("and one %s is not", async (_name, hours, cost_usd, minimum_usd) => {
    await org();
    await history(hours);
    if (minimum_usd !== null) {
      await run(
        "INSERT INTO alert_policies (id, org_id, name, ladder, recipients, anomaly_minimum_nano_usd, created_at) VALUES ('apl_1', 'org_1', 'P', '[]', '{}', ?, 0)",
        minimum_usd * USD,
      );
    }
    await spend(NOW - MINUTE, cost_usd);
    await detectAnomalies(env.DB, NOW);
    expect(await found()).toEqual([]);
  });

  test("is told of again when it goes on for another hour", async () => {
    await org();
    await history(48);
    await spend(NOW - MINUTE, 40);
    await detectAnomalies(env.DB, NOW);
    await spend(NOW + HOUR, 40);
    await detectAnomalies(env.DB, NOW + HOUR + MINUTE);
    expect(await found()).toHaveLength(2);
  });
});
