import { NO_RATE_LIMITS, type RateLimits } from "../../schema/wire/rate-limits.ts";
import type { WalletSettings } from "../../schema/wire/wallet-settings.ts";
import { type Dice, dice, seedOf } from "../dice.ts";
import { START } from "./start.ts";

export const ORG = "org_1";

const DEPTH_MAX = 4;
const WALLETS_MAX = 7;
const ENDS_WITHIN_MS = 48 * 3_600_000;

/** The wallets of a run, parents before children. */
export function treeOf(seed: number): readonly WalletSettings[] {
  const roll = dice(seedOf(seed, "tree"));
  const wallets: WalletSettings[] = [];
  const depths: number[] = [];
  const count = roll.chance(0.1) ? 1 : 2 + roll.whole(WALLETS_MAX - 1);
  // In some trees nothing turns and nothing is soft, so that what is spent can be compared with the limit itself.
  const plain = roll.chance(0.5);
  for (let index = 0; index < count; index += 1) {
    const candidates = [...depths.keys()].filter((above) => (depths[above] ?? 0) < DEPTH_MAX - 1);
    const above = index === 0 ? null : roll.chance(0.4) ? (candidates.at(-1) ?? 0) : roll.one(candidates);
    depths.push(above === null ? 0 : (depths[above] ?? 0) + 1);
    wallets.push(settingsOf(roll, index, above, plain));
  }
  return wallets.map((settings) => ({
    ...settings,
    ends_at: endOf(seed, settings),
    rate_limits: ratesOf(seed, settings),
  }));
}

/** A few are over some time in the run. */
function endOf(seed: number, { wallet_id, parent_id }: WalletSettings): number | null {
  const roll = dice(seedOf(seed, "end", wallet_id));
  return parent_id !== null && roll.chance(0.06) ? START + roll.whole(ENDS_WITHIN_MS) : null;
}

/** In every fourth tree some wallets are limited, so tightly that the limits bind. */
function ratesOf(seed: number, { wallet_id }: WalletSettings): RateLimits {
  if (!dice(seedOf(seed, "rates")).chance(0.25)) return NO_RATE_LIMITS;
  const roll = dice(seedOf(seed, "rates", wallet_id));
  if (!roll.chance(0.5)) return NO_RATE_LIMITS;
  return {
    ...NO_RATE_LIMITS,
    requests_per_minute: roll.one([null, 1, 3]),
    concurrent_requests: roll.one([null, 1, 3]),
  };
}

function settingsOf(roll: Dice, index: number, above: number | null, plain: boolean): WalletSettings {
  const base: WalletSettings = {
    wallet_id: `w${index}`,
    org_id: ORG,
    name: `w${index}`,
    version: 1,
    limit_nano_usd: index === 0 ? roll.one([2_000_000, 4_000_000, 10_000_000]) : null,
    hard: true,
    overdraft_percent: 0,
    period: "none",
    time_zone: "UTC",
    start_day: 1,
    carry_over: false,
    thresholds: [50, 80, 100],
    maximum_per_request_nano_usd: null,
    frozen: false,
    parent_id: above === null ? null : `w${above}`,
    cost_center: null,
    team_id: null,
    ends_at: null,
    rate_limits: NO_RATE_LIMITS,
  };
  const limited = index > 0 && roll.chance(0.6) ? { limit_nano_usd: 500_000 + roll.whole(4_000_000) } : {};
  return { ...base, ...limited, ...(plain ? {} : variation(roll)) };
}

/** What makes a wallet less simple. */
function variation(roll: Dice): Partial<WalletSettings> {
  return {
    hard: roll.chance(0.9),
    overdraft_percent: roll.one([0, 0, 0, 10, 33]),
    period: roll.one(["none", "none", "hour", "day", "week", "month"]),
    carry_over: roll.chance(0.3),
  };
}

const ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"] as const;

/** What an administrator changes. */
export function randomChange(roll: Dice): Partial<WalletSettings> {
  switch (roll.whole(7)) {
    case 0:
    case 1:
      return { limit_nano_usd: roll.one([0, 1_000, 300_000, 1_000_000, 3_000_000, 20_000_000, null]) };
    case 2:
      return { frozen: true };
    case 3:
      return { frozen: false, limit_nano_usd: 6_000_000 };
    case 4:
      return { period: roll.one(["none", "hour", "day", "week"]), time_zone: roll.one(ZONES) };
    case 5:
      return { overdraft_percent: roll.one([0, 10, 100]), hard: roll.chance(0.8), carry_over: roll.chance(0.4) };
    default:
      return { maximum_per_request_nano_usd: roll.one([null, null, 400_000]), thresholds: [25, 50, 75, 100] };
  }
}
