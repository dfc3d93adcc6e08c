import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { runtimeEffects } from "../../../schema/kernel/effects.ts";
import { JOBS } from "../../../workers/cron/jobs/jobs.ts";
import { purgeConsole } from "../../../workers/cron/jobs/purge-console.ts";
import { type EffectSteps, replayWalletEffects } from "../../../workers/cron/jobs/replay-wallet-effects.ts";
import { fresh } from "./fresh.ts";

beforeEach(fresh);
afterEach(() => void vi.restoreAllMocks());

const DAY = 24 * 60 * 60_000;
const NOW = Date.UTC(2026, 10, 5, 12);

const run = (sql: string, ...params: (string | number | null)[]) =>
  env.DB.prepare(sql)
    .bind(...params)
    .run();
const ids = async (sql: string) => (await env.DB.prepare(sql).all<{ id: string }>()).results.map(({ id }) => id);

test("what the console has no more use for goes, and nothing else", async () => {
  await run(
    "INSERT INTO users (id, name, email, created_at, updated_at) VALUES ('usr_1', 'Ada', 'a@example.com', 0, 0)",
  );
  for (const [name, at] of [
    ["old", NOW - DAY],
    ["young", NOW - DAY + 1],
  ] as const) {
    await run("INSERT INTO idempotent_creates VALUES ('org_1', ?1, 'f', 201, 'sealed', ?2)", name, at);
    await run("INSERT INTO sign_in_attempts VALUES (?1, ?2, 1)", name, at);
  }
  for (const [name, at] of [
    ["old", NOW],
    ["young", NOW + 1],
  ] as const) {
    await run("INSERT INTO sessions VALUES (?1, 'usr_1', ?1, ?2, NULL, NULL, 0, 0)", name, at);
    await run("INSERT INTO verifications VALUES (?1, 'reset', 'v', ?2, 0, 0)", name, at);
  }
  const purged = await purgeConsole(env.DB, NOW);
  expect(purged).toEqual({ idempotent_creates: 1, sign_in_attempts: 1, sessions: 1, verifications: 1 });
  expect(await ids("SELECT key_hash AS id FROM idempotent_creates")).toEqual(["young"]);
  expect(await ids("SELECT subject_hash AS id FROM sign_in_attempts")).toEqual(["young"]);
  expect(await ids("SELECT id FROM sessions")).toEqual(["young"]);
  expect(await ids("SELECT id FROM verifications")).toEqual(["young"]);
});

const addEffect = (id: string, kind: string, created_at: number, wallet_id = "wal_1", key_id: string | null = null) =>
  run("INSERT INTO wallet_effects VALUES (?1, 'org_1', ?2, ?3, ?4, ?5)", id, wallet_id, kind, key_id, created_at);

test("what a crash kept from a wallet is brought to it, and then forgotten", async () => {
  await run("INSERT INTO orgs (id, name, created_at) VALUES ('org_1', 'Org', 0)");
  await run(
    "INSERT INTO wallets (id, org_id, name, version, limit_nano_usd, created_at) VALUES ('wal_1', 'org_1', 'W', 3, 7, 0)",
  );
  await addEffect("eff_1", "configure", NOW - 10_000);
  await addEffect("eff_2", "revoke_key", NOW - 10_000, "wal_1", "key_1");
  await addEffect("eff_3", "configure", NOW - 9_999);
  await JOBS["replay-wallet-effects"]?.(env, { ...runtimeEffects(), now: () => NOW });
  expect(await ids("SELECT id FROM wallet_effects")).toEqual(["eff_3"]);
  const state = await env.WALLET.get(env.WALLET.idFromName("wal_1")).state();
  expect(state?.settings).toMatchObject({ wallet_id: "wal_1", version: 3, limit_nano_usd: 7 });
});

test("an effect that fails stays and keeps no other waiting", async () => {
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  for (let n = 0; n < 100; n += 1)
    await addEffect(`eff_a${String(n).padStart(3, "0")}`, "revoke_key", 0, "wal_bad", "key_1");
  await addEffect("eff_b1", "revoke_key", 0, "wal_good", "key_1");
  await addEffect("eff_b2", "configure", 0, "wal_gone");
  await addEffect("eff_b3", "unheard_of", 0);
  const steps: EffectSteps = {
    settings: async () => null,
    configure: async () => undefined,
    revokeKey: async (wallet_id) => {
      if (wallet_id === "wal_bad") throw new Error("this wallet is broken");
    },
    keyLimits: async () => null,
    limitKey: async () => undefined,
    now: () => NOW,
  };
  expect(await replayWalletEffects(env.DB, steps)).toEqual({ effects: 100, failed: 100 });
  expect(await replayWalletEffects(env.DB, steps)).toEqual({ effects: 3, failed: 1 });
  expect(await replayWalletEffects(env.DB, steps)).toEqual({ effects: 100, failed: 100 });
  expect(await ids("SELECT id FROM wallet_effects WHERE id > 'eff_b'")).toEqual(["eff_b3"]);
});
