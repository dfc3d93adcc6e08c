import { env } from "cloudflare:workers";
import { beforeEach, expect, test, vi } from "vitest";
import { nanoUsd } from "../../../schema/kernel/money.ts";
import type { WalletSettings } from "../../../schema/wire/wallet-settings.ts";
import { checkRollup } from "../../../workers/cron/rollup/check.ts";
import { fresh } from "./fresh.ts";
import { context, record } from "./make-event.ts";
import { count, rollupSums } from "./sums.ts";

beforeEach(fresh);

const settings: WalletSettings = {
  wallet_id: "wal_1",
  org_id: "org_1",
  name: "Team",
  version: 1,
  limit_nano_usd: 1_000_000,
  hard: true,
  overdraft_percent: 0,
  period: "none",
  time_zone: "UTC",
  start_day: 1,
  carry_over: false,
  thresholds: [],
  maximum_per_request_nano_usd: null,
  frozen: false,
  parent_id: null,
  cost_center: null,
  team_id: null,
  ends_at: null,
  rate_limits: { requests_per_minute: null, tokens_per_minute: null, concurrent_requests: null },
};

test("what a wallet says it spent is what the log and the rollup add up to, overages and releases among it", async () => {
  const wallet = env.WALLET.get(env.WALLET.idFromName("wal_1"));
  await wallet.configure(settings);
  const costs = Array.from({ length: 30 }, (_, index) => 1_000 + index * 37);
  for (const [index, cost] of costs.entries()) {
    const request_id = `req_${index}`;
    const admitted = await wallet.admit({
      request_id,
      hold_nano_usd: nanoUsd(1_500),
      committed_nano_usd: nanoUsd(100),
      ttl_ms: 60_000,
      context,
      price_id: "prc_1",
    });
    expect(admitted.status).toBe("held");
    if (index % 10 === 9) await wallet.release({ request_id, record: { ...record, usage: {} }, context });
    else await wallet.settle({ request_id, cost_nano_usd: nanoUsd(cost), record, context });
  }
  await vi.waitFor(async () => expect(await count("request_log")).toBe(30), { timeout: 15_000, interval: 100 });
  const overages = costs.filter((cost, index) => cost > 1_500 && index % 10 !== 9).length;
  expect(overages).toBeGreaterThan(0);
  await vi.waitFor(async () => expect(await count("request_adjustments")).toBe(overages), {
    timeout: 15_000,
    interval: 100,
  });
  const spent = (await wallet.state())?.spent_nano_usd;
  expect(spent).toBe(costs.filter((_, index) => index % 10 !== 9).reduce((sum, cost) => sum + cost, 0));
  expect(await rollupSums()).toMatchObject({ requests: 30, cost_nano_usd: String(spent) });
  const hour = Date.now();
  expect(await checkRollup(env.DB, { from: hour - 3_600_000, to: hour + 3_600_000 })).toMatchObject({
    differences: [],
  });
}, 40_000);
