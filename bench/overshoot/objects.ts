import * as z from "zod";
import { NANO_PER_USD } from "../../schema/kernel/money.ts";
import type { Violations } from "../harness/violations.ts";
import { settingsOf } from "../harness/wallet-settings.ts";
import type { BenchWorker } from "../rig/bench-worker.ts";
import { burstResultSchema, readResultSchema } from "../rig/wallets-contract.ts";
import { type Cell, type Level, REQUEST_NANO_USD, type Warmth } from "./table.ts";

/** The same as through the gateway, in the wallet objects alone: a thousand at once really are at once there. */

const TREE = {
  org: 5,
  "org/team": 3,
  "org/team/key": 2,
  "org/team/other": 2,
  "org/side": 5,
  // These two never spend: what they were lent lies idle, and is in the way until it is called back.
  "org/team/idle": 3,
  "org/idle": 5,
} as const;
type Path = keyof typeof TREE;

/** The wallets that spend at once, so that the level is the one that binds. */
const LEAVES: Readonly<Record<Level["name"], readonly Path[]>> = {
  key: ["org/team/key"],
  team: ["org/team/key", "org/team/other"],
  org: ["org/team/key", "org/team/other", "org/side"],
};

/** Wallets that were lent money before, and have given back what they held. */
const WARM: Readonly<Record<Warmth, (leaves: readonly Path[]) => readonly Path[]>> = {
  cold: () => [],
  warm: (leaves) => leaves,
  "siblings idle": (leaves) => Object.keys(TREE).filter((path): path is Path => isIdleSibling(path, leaves)),
};

const isIdleSibling = (path: string, leaves: readonly Path[]): path is Path =>
  !Object.keys(TREE).some((other) => other.startsWith(`${path}/`)) && !leaves.some((leaf) => leaf === path);

let trees = 0;

/** One burst on a tree of its own. */
export async function objectsCell(
  worker: BenchWorker,
  level: Level,
  warmth: Warmth,
  count: number,
  violations: Violations,
): Promise<Cell> {
  trees += 1;
  const prefix = `tree${trees}/`;
  const settings = Object.entries(TREE).map(([path, usd]) => {
    const slash = path.lastIndexOf("/");
    return settingsOf(`${prefix}${path}`, usd * NANO_PER_USD, slash === -1 ? null : `${prefix}${path.slice(0, slash)}`);
  });
  await worker.ask({ kind: "configure", settings }, z.object({}));
  const leaves = LEAVES[level.name];
  const wallet_ids = WARM[warmth](leaves).map((path) => `${prefix}${path}`);
  await worker.ask({ kind: "warm", wallet_ids, hold_nano_usd: REQUEST_NANO_USD }, z.object({}));
  const bursts = leaves.map((path, index) => ({
    wallet_id: `${prefix}${path}`,
    count: Math.floor(count / leaves.length) + (index < count % leaves.length ? 1 : 0),
  }));
  const { statuses } = await worker.ask({ kind: "burst", bursts, hold_nano_usd: REQUEST_NANO_USD }, burstResultSchema);
  await checkTree(worker, prefix, violations);
  return { level, warmth, count, admitted: statuses.held ?? 0 };
}

async function checkTree(worker: BenchWorker, prefix: string, violations: Violations): Promise<void> {
  const wallet_ids = Object.keys(TREE).map((path) => `${prefix}${path}`);
  const { wallets } = await worker.ask({ kind: "read", wallet_ids }, readResultSchema);
  for (const { wallet_id, problems, spent_nano_usd, held_nano_usd, leased_nano_usd, limit_nano_usd } of wallets) {
    violations.expect(problems.length === 0, () => `audit of ${wallet_id}: ${problems.join("; ")}`);
    const promised = spent_nano_usd + held_nano_usd + leased_nano_usd;
    violations.expect(promised <= (limit_nano_usd ?? 0), () => `${wallet_id} has promised ${promised}`);
  }
}
