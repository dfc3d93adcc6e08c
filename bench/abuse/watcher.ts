import type { WalletFigures } from "../harness/admin.ts";
import { pause } from "../harness/wait.ts";
import type { MadeWallet } from "../harness/wallets.ts";
import { TOP_LIMIT_NANO_USD } from "./tree.ts";
import type { World } from "./world.ts";

const GAP_MS = 150;

/** Looks at the top again and again, and at the others in turn: none may ever have spent or promised past its limit. */
export async function watcher(world: World): Promise<void> {
  const { top, teams, apps } = world.tree;
  for (let turn = 0; !world.over; turn += 1) {
    await pause(GAP_MS);
    if (world.down) continue;
    await look(world, top);
    const other = [...teams, ...apps][turn % (teams.length + apps.length)];
    if (other !== undefined) await look(world, other);
  }
}

/** One look at a wallet. */
export async function look(world: World, wallet: MadeWallet): Promise<void> {
  const figures = await world.rig.admin.figures(wallet.id);
  if (figures === null) return;
  world.counts.add(wallet === world.tree.top ? "looks at the top" : "looks at the other wallets");
  const most = wallet === world.tree.top ? TOP_LIMIT_NANO_USD : world.limits.get(wallet.id)?.most;
  if (most === undefined) return;
  world.violations.expect(promisedOf(figures) <= most, () => `${wallet.name} is past ${most}: ${shown(figures)}`);
}

const promisedOf = (figures: WalletFigures): number =>
  figures.spent_nano_usd + figures.held_nano_usd + figures.leased_nano_usd;

const shown = ({ spent_nano_usd, held_nano_usd, leased_nano_usd }: WalletFigures): string =>
  `spent ${spent_nano_usd}, held ${held_nano_usd}, leased ${leased_nano_usd}`;
