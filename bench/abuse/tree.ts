import type { Rig } from "../harness/platform.ts";
import { type MadeKey, type MadeWallet, makeKey, makeWallet } from "../harness/wallets.ts";

/** What is abused: 1 dollar at the top, promised several times over below. */
export interface Tree {
  readonly top: MadeWallet;
  readonly teams: readonly MadeWallet[];
  readonly apps: readonly MadeWallet[];
  readonly all: readonly MadeWallet[];
  /** Two of each app. */
  readonly keys: readonly MadeKey[];
}

export const TOP_LIMIT_NANO_USD = 1_000_000_000;

export async function makeTree({ admin }: Rig, round: number): Promise<Tree> {
  const top = await makeWallet(admin, `round ${round}, org`, "1");
  const teams = [];
  const apps = [];
  const keys = [];
  for (const team_name of ["team a", "team b"]) {
    const team = await makeWallet(admin, `round ${round}, ${team_name}`, "0.8", top);
    teams.push(team);
    for (const app_name of ["app 1", "app 2", "app 3"]) {
      const app = await makeWallet(admin, `${team.name}, ${app_name}`, "0.5", team);
      apps.push(app);
      keys.push(await makeKey(admin, app), await makeKey(admin, app));
    }
  }
  return { top, teams, apps, all: [top, ...teams, ...apps], keys };
}
