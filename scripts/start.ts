import { parseArgs } from "node:util";
import { runtimeEffects } from "../schema/kernel/effects.ts";
import { banner } from "./platform/banner.ts";
import { ClearError, errorText, runMain } from "./platform/clear-error.ts";
import { openControl } from "./platform/control-server.ts";
import { dataFolder, prepareDataFolder, releaseLock, resetDataFolder, takeLock } from "./platform/data-folder.ts";
import { readDemoState } from "./platform/demo-state.ts";
import { giveDemoTraffic, planDemoTraffic } from "./platform/demo-traffic.ts";
import { migrate, readMigrations } from "./platform/migrations.ts";
import { buildWorkers, builtWorkers, type Platform, startRuntime } from "./platform/platform.ts";
import { parsePort, refuseTakenPort } from "./platform/port.ts";
import { removeDemoData, removeDemoObjects } from "./platform/remove-demo.ts";
import type { BuiltWorker } from "./platform/runtime-options.ts";
import { loadSecrets } from "./platform/secrets.ts";
import { newShutdown, type Shutdown, stopOnSignals } from "./platform/shutdown.ts";
import { query } from "./platform/sql-database.ts";
import { step } from "./platform/steps.ts";
import { localVars } from "./platform/vars.ts";
import { watchSources } from "./platform/watch.ts";
import { seed } from "./seed.ts";

/** `npm start`: the whole platform on this machine, in one runtime, with its data in one folder. */

const USAGE = `npm start -- [options]

  --port <port>       where to listen (default 8787, or PORT)
  --reset             delete everything in the data folder first
  --no-demo           make an owner and nothing else
  --remove-demo       remove the made-up requests, teams and wallets; the organisation stays
  --no-demo-traffic   make up no 30 days of requests for it; AO_DEMO=off does the same
  --built             build nothing: run what the last build left
  --watch             take over changes of the source as they are saved
  --help              show this

PORT, AO_DATA (data folder, default .data), AO_HOST (default 127.0.0.1) and every
other AO_… variable of the workers are taken from the environment.`;

const DEFAULT_PORT = "8787";

interface StartOptions {
  readonly host: string;
  readonly port: number;
  readonly reset: boolean;
  readonly demo: boolean;
  readonly removeDemo: boolean;
  /** Whether a new demo org is given a past. */
  readonly traffic: boolean;
  readonly built: boolean;
  readonly watch: boolean;
}

await runMain(async () => {
  const options = readOptions();
  if (options === null) {
    console.log(USAGE);
    return;
  }
  const shutdown = newShutdown();
  stopOnSignals(shutdown);
  try {
    await start(options, shutdown);
  } catch (error) {
    await shutdown.run();
    throw error;
  }
});

function readOptions(): StartOptions | null {
  const { values } = parseOptions();
  if (values.help) return null;
  const portText = values.port ?? (process.env.PORT || DEFAULT_PORT);
  const port = parsePort(portText);
  if (port === null) throw new ClearError(`${JSON.stringify(portText)} is not a port: give a number from 0 to 65535.`);
  return {
    host: process.env.AO_HOST || "127.0.0.1",
    port,
    reset: values.reset,
    demo: !values["no-demo"],
    removeDemo: values["remove-demo"],
    traffic: !values["no-demo"] && !values["no-demo-traffic"] && process.env.AO_DEMO !== "off",
    built: values.built,
    watch: values.watch,
  };
}

function parseOptions() {
  try {
    return parseArgs({
      options: {
        port: { type: "string" },
        reset: { type: "boolean", default: false },
        "no-demo": { type: "boolean", default: false },
        "remove-demo": { type: "boolean", default: false },
        "no-demo-traffic": { type: "boolean", default: false },
        built: { type: "boolean", default: false },
        watch: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    throw new ClearError(`${errorText(error)}\n\n${USAGE}`);
  }
}

/** Takes over changes of the source from now on, and answers what ends that. */
function keepUpToDate(platform: Platform, workers: readonly BuiltWorker[]): Promise<() => Promise<void>> {
  const configs = workers.map(({ config }) => config);
  return watchSources(configs, async () => {
    try {
      await step("Take over a change", async () => platform.update(await buildWorkers()));
    } catch (error) {
      console.error(errorText(error));
    }
  });
}

async function start(options: StartOptions, shutdown: Shutdown): Promise<void> {
  const folder = dataFolder();
  await prepareDataFolder(folder);
  const control = await openControl();
  shutdown.add(() => control.close());
  await takeLock(folder, control.address);
  shutdown.add(() => releaseLock(folder));
  await refuseTakenPort(options.host, options.port);
  if (options.reset) await step(`Delete everything in ${folder.path}`, () => resetDataFolder(folder));
  const demo = options.removeDemo ? await readDemoState(folder.path) : null;
  if (demo !== null) await removeDemoObjects(folder, demo);
  const secrets = await loadSecrets(folder);
  const workers = await (options.built ? builtWorkers() : step("Bundle the workers", buildWorkers));
  const platform = await step("Start the runtime", () =>
    startRuntime(workers, {
      host: options.host,
      port: options.port,
      state: folder.state,
      secrets,
      vars: localVars(process.env),
      onLog: (level, line) => (level === "error" || level === "warn" ? console.error(line) : console.log(line)),
    }),
  );
  shutdown.add(() => platform.stop());
  await step("Migrate the database", async () => migrate(platform.database, await readMigrations()));
  if (demo !== null) await step("Remove the demo data", () => removeDemoData(platform, folder, demo));
  const seeded = await step(options.demo ? "Seed the demo org" : "Seed an owner", () =>
    seed(
      { url: platform.url, database: platform.database, folder, secrets, effects: runtimeEffects() },
      { demo: options.demo },
    ),
  );
  platform.startCron((error) => console.error(`A scheduled job failed: ${errorText(error)}`));
  control.serve(platform);
  if (options.watch) shutdown.add(await keepUpToDate(platform, workers));
  // What anybody has really spent is not mixed with what nobody has.
  const is_unused = (await query(platform.database, "SELECT 1 FROM request_log LIMIT 1")).length === 0;
  if (options.traffic && seeded.is_new && is_unused) await planDemoTraffic(folder);
  console.log(banner({ url: platform.url, seeded, data: folder.path }));
  const making = await giveDemoTraffic(folder);
  shutdown.add(async () => void making?.kill());
}
