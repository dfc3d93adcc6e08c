import { type ChildProcess, spawn } from "node:child_process";
import type { DataFolder } from "./data-folder.ts";
import { readDemoState, writeDemoState } from "./demo-state.ts";
import { fromRoot } from "./paths.ts";

/** Any number: which one decides what happens in the story. */
const SEED = 20_261;

/** Notes that the demo org of this folder is to have 30 days of made-up traffic, up to now. */
export const planDemoTraffic = (folder: DataFolder): Promise<void> =>
  writeDemoState(folder.path, { seed: SEED, now: Date.now(), phase: "planned", made: null });

/**
 * Gives the demo org what is planned for it and not there yet, in a process of its own beside the running platform: some
 * seconds of work that nobody has to wait for. Null when there is nothing to do. Killed, it goes on with the next start.
 */
export async function giveDemoTraffic(folder: DataFolder): Promise<ChildProcess | null> {
  const state = await readDemoState(folder.path);
  if (state === null || state.phase === "done") return null;
  console.log("… Demo data: making up 30 days of requests. The platform can be used meanwhile.");
  const child = spawn(process.execPath, ["--no-warnings", fromRoot("demo", "run.ts"), folder.path], {
    // Over the channel it notices when this process is gone.
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  child.on("exit", (code) => {
    if (code !== 0 && code !== null)
      console.error("✗ Demo data: it was not finished, and goes on with the next start.");
  });
  // Nothing waits for it.
  child.unref();
  return child;
}
