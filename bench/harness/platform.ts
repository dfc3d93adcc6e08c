import { join } from "node:path";
import { type LocalPlatform, startLocalPlatform } from "../../scripts/harness/local-platform.ts";
import { type Admin, adminOf } from "./admin.ts";
import type { Run } from "./harness.ts";

/** The real platform in processes of its own, and its administrator. */
export interface Rig {
  readonly platform: LocalPlatform;
  readonly admin: Admin;
}

/** Starts it as `npm start` does, with the demo's org and the sandbox as its provider. */
export async function startRig(run: Run, vars: Readonly<Record<string, string>>): Promise<Rig> {
  const platform = await startLocalPlatform({ dataDir: join(run.folder, "data"), vars, args: ["--no-demo-traffic"] });
  run.shutdown.add(() => platform.dispose());
  return { platform, admin: adminOf(platform.url, platform.adminKey) };
}
