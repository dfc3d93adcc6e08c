import { parseUsd } from "../../schema/kernel/money.ts";
import { pause } from "../harness/wait.ts";
import type { World } from "./world.ts";

/** Changes limits, freezes, thaws and revokes while all that goes on. */
export async function administrator(world: World): Promise<void> {
  while (!world.over) {
    await pause(world.dice.between(50, 250));
    if (world.down || world.over) continue;
    await world.dice.weighted(DEEDS).act(world);
  }
}

interface Deed {
  readonly weight: number;
  act(world: World): Promise<void>;
}

const DEEDS: readonly Deed[] = [
  { weight: 4, act: changeLimit },
  { weight: 6, act: freezeForAWhile },
  { weight: 0.5, act: revokeOne },
];

/** Of a team or an app, also to nothing and to no limit; the top's own stays at 1 dollar or goes below. */
async function changeLimit(world: World): Promise<void> {
  const { tree, dice, limits, counts } = world;
  const wallet = dice.pick([tree.top, ...tree.teams, ...tree.apps, ...tree.apps]);
  const others = ["0.8", "0.8", "0.5", "0.5", "0.3", "0", null];
  const limit_usd = dice.pick(wallet === tree.top ? ["1", "0.7", "1"] : others);
  const limit = limits.get(wallet.id);
  if (limit === undefined) return;
  const amount = limit_usd === null ? Number.POSITIVE_INFINITY : (parseUsd(limit_usd) ?? 0);
  limit.most = Math.max(limit.most, amount);
  limit.least.set(Math.min(limit.least.value, amount), performance.now());
  const answer = await world.rig.admin.call("PATCH", `/v1/wallets/${wallet.id}`, { limit_usd });
  // After a broken connection either may hold, so the smaller of both stays.
  if (answer?.status === 200) limit.least.set(amount, performance.now());
  counts.add("done: limits changed");
}

async function freezeForAWhile(world: World): Promise<void> {
  const { dice, tree, rig, stopped, counts } = world;
  const wallet = dice.pick([...tree.teams, ...tree.apps]);
  if (stopped.has(wallet.id)) return;
  const set = (frozen: boolean) => rig.admin.call("PATCH", `/v1/wallets/${wallet.id}`, { frozen });
  const sent_at = performance.now();
  const answer = await set(true);
  if (answer?.status === 200) stopped.set(wallet.id, { sent_at, answered_at: performance.now() });
  counts.add("done: wallets frozen and thawed");
  await pause(dice.between(50, 500));
  // From here on a request may be served again; until somebody confirms it, it may not.
  stopped.delete(wallet.id);
  while ((await set(false))?.status !== 200) await pause(200);
}

/** Another key takes its place, so that there is something to revoke until the end. */
async function revokeOne(world: World): Promise<void> {
  const { dice, tree, rig, stopped, counts } = world;
  const left = tree.keys.filter(({ id }) => !stopped.has(id));
  if (left.length <= tree.apps.length) return;
  const { id } = dice.pick(left);
  const sent_at = performance.now();
  const answer = await rig.admin.call("DELETE", `/v1/keys/${id}`);
  if (answer !== null && answer.status < 300) stopped.set(id, { sent_at, answered_at: performance.now() });
  counts.add("done: keys revoked");
}
