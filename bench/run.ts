import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, loadavg, release, tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { runMain } from "../scripts/platform/clear-error.ts";
import type { BuiltWorker } from "../scripts/platform/runtime-options.ts";
import { newShutdown, type Shutdown, stopOnSignals } from "../scripts/platform/shutdown.ts";
import { runHarness } from "./harness/run-harness.ts";
import { HARNESSES } from "./harnesses.ts";
import { type MemoryRow, measureMemory } from "./measure/memory.ts";
import { measure, type Plan } from "./measure/rounds.ts";
import { type Row, summarise } from "./measure/summary.ts";
import type { Scenario } from "./measure/target.ts";
import { harnessUsage, type Options, type PartName, readHarnessOptions, readOptions, USAGE } from "./options.ts";
import { modulesByLine } from "./profile/cpu-profile.ts";
import { type IsolateProfile, profileWorker } from "./profile/profile.ts";
import { profileReport } from "./report/profile.ts";
import { scenarioTable } from "./report/scenario.ts";
import { figure, table } from "./report/table.ts";
import { buildAll, bundleBare } from "./rig/build.ts";
import { type Child, startChild } from "./rig/child.ts";
import { startGateway } from "./rig/gateway.ts";
import { startBare, workerdVersion } from "./rig/workerd.ts";
import {
  memoryTargets,
  pacedScenario,
  type Servers,
  stepsScenario,
  streamScenario,
  targetsOf,
  wholeScenario,
} from "./scenarios.ts";

/** `npm run bench`: the gateway beside a bare Worker and its upstream, in one run on one machine. See docs/benchmarks.md. */

interface Report {
  readonly machine: Readonly<Record<string, string | number>>;
  readonly bundles: readonly { readonly worker: string; readonly gzip_bytes: number }[];
  readonly scenarios: Record<string, readonly Row[]>;
  memory: readonly MemoryRow[];
  profiles: readonly IsolateProfile[];
  seconds: number;
}

const PARTS_WITHOUT_PROFILE: readonly PartName[] = ["whole", "stream", "paced", "steps", "memory"];
const WALLETS = 64;
const CHILD_START_MS = 20_000;
/** A profile needs samples, not a steady figure. */
const PROFILE_MS = { quick: 1_000, full: 3_000 };

async function bench(options: Options, shutdown: Shutdown): Promise<void> {
  const begun = performance.now();
  const folder = await mkdtemp(join(options.state ?? tmpdir(), "ao-bench-"));
  shutdown.add(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  const machine = machineFacts(folder);
  console.log(
    Object.entries(machine)
      .map(([name, value]) => `${name} ${value}`)
      .join(", "),
  );
  const upstream = startChild(join(import.meta.dirname, "rig", "upstream-server.ts"));
  shutdown.add(() => upstream.stop());
  const client = startChild(join(import.meta.dirname, "client", "load-client.ts"));
  shutdown.add(() => client.stop());
  const { port } = await upstream.next(z.object({ port: z.int() }), CHILD_START_MS);
  const workers = await buildAll(false);
  const report: Report = {
    machine,
    bundles: workers.map(({ bundle }) => ({ worker: bundle.folder, gzip_bytes: bundle.gzip_bytes })),
    scenarios: {},
    memory: [],
    profiles: [],
    seconds: 0,
  };
  const rig: Rig = { options, shutdown, client, folder, port };
  if (PARTS_WITHOUT_PROFILE.some((part) => options.parts.has(part))) await measureAll(rig, workers, report);
  if (options.parts.has("profile")) report.profiles = await profileAll(rig);
  report.seconds = Math.round((performance.now() - begun) / 1000);
  console.log(`\n${report.seconds} s in all`);
  if (options.json !== null) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
}

interface Rig {
  readonly options: Options;
  readonly shutdown: Shutdown;
  readonly client: Child;
  readonly folder: string;
  /** The upstream's. */
  readonly port: number;
}

async function measureAll(rig: Rig, workers: readonly BuiltWorker[], report: Report): Promise<void> {
  const { options, shutdown, client } = rig;
  const bare = await startBare(await bundleBare(), urlOf(rig.port));
  shutdown.add(() => bare.stop());
  const gateway = await start(rig, workers, false);
  const servers: Servers = { upstream_port: rig.port, bare, gateway };
  for (const scenario of scenariosOf(servers, options)) {
    const rows = summarise(scenario, await measure(client, scenario, planOf(scenario, options)));
    report.scenarios[scenario.name] = rows;
    console.log(`\n## ${scenario.title}\n\n${scenarioTable(rows)}`);
    for (const { target, first_failure } of rows.filter((row) => row.failures > 0)) {
      console.log(`\n${target}: ${first_failure}`);
    }
  }
  if (options.parts.has("memory")) {
    for (const target of memoryTargets(servers))
      report.memory = [...report.memory, await measureMemory(client, target)];
    console.log(`\n## Memory of open streams\n\n${memoryTable(report.memory)}`);
  }
  console.log(`\n## Bundles\n\n${bundleTable(report)}`);
  await Promise.all([bare.stop(), gateway.stop()]);
}

function scenariosOf(servers: Servers, { parts, quick }: Options): readonly Scenario[] {
  const all = quick ? [1, 16] : [1, 16, 64];
  const few = quick ? [16] : [1, 16];
  return [
    ...(parts.has("whole") ? [wholeScenario(servers, all)] : []),
    ...(parts.has("stream") ? [streamScenario(servers, all)] : []),
    ...(parts.has("paced") ? [pacedScenario(servers, few)] : []),
    ...(parts.has("steps") ? [stepsScenario(servers, few)] : []),
  ];
}

function planOf({ name }: Scenario, { quick, seconds }: Options): Plan {
  // A paced stream takes half a second whatever is done: time for some of them, and nothing to gain from more rounds.
  if (name === "paced") return { rounds: 1, round_ms: quick ? 600 : Math.max(3_000, seconds * 1000) };
  const rounds = quick ? 2 : 3;
  return { rounds, round_ms: (seconds * 1000) / rounds };
}

async function profileAll(rig: Rig): Promise<readonly IsolateProfile[]> {
  const { options, client, port } = rig;
  const workers = await buildAll(true);
  const gateway = await start(rig, workers, true);
  const { gateway: target } = targetsOf({ upstream_port: port, bare: gateway, gateway });
  const whole = target("whole answers", "fast/gpt-4o-mini", { max_tokens: 1_000 });
  const stream = target("streams", "fast/gpt-4o-mini", { max_tokens: 1_000, stream: true });
  const load = { concurrency: 16, duration_ms: options.quick ? PROFILE_MS.quick : PROFILE_MS.full };
  const profiles: IsolateProfile[] = [];
  for (const [folder, form] of [
    ["gateway", whole],
    ["wallet-do", whole],
    ["cron", whole],
    ["gateway", stream],
  ] as const) {
    const worker = workers.find(({ config }) => config.folder === folder);
    if (worker === undefined) throw new Error(`there is no worker ${folder}`);
    const profiled = { name: worker.config.name, modules: modulesByLine(worker.bundle.code) };
    const profile = await profileWorker(client, gateway, form, load, profiled);
    profiles.push(profile);
    console.log(`\n## Profile of ${profileReport(profile)}`);
  }
  await gateway.stop();
  return profiles;
}

async function start(rig: Rig, workers: readonly BuiltWorker[], inspector: boolean) {
  const gateway = await startGateway({
    workers,
    state: join(rig.folder, inspector ? "profile" : "state"),
    upstream: urlOf(rig.port),
    wallets: WALLETS,
    inspector,
    // Each request logs a line; what is worse than information is worth seeing.
    onLog: (level, line) => {
      if (level === "error" || level === "warn") console.error(line.slice(0, 500));
    },
  });
  rig.shutdown.add(() => gateway.stop());
  return gateway;
}

function urlOf(port: number): string {
  return `http://127.0.0.1:${port}`;
}

const memoryTable = (rows: readonly MemoryRow[]): string =>
  table(
    ["target", "open streams", "before MB", "peak MB", "KB per stream"],
    rows.map((row) => [
      row.target,
      String(row.streams),
      figure(row.before_bytes / 1e6),
      figure(row.peak_bytes / 1e6),
      figure(row.bytes_per_stream / 1e3),
    ]),
  );

const bundleTable = ({ bundles }: Report): string =>
  table(
    ["worker", "KB gzip"],
    bundles.map(({ worker, gzip_bytes }) => [worker, figure(gzip_bytes / 1000)]),
  );

function machineFacts(folder: string): Readonly<Record<string, string | number>> {
  return {
    date: new Date().toISOString().slice(0, 10),
    cores: cpus().length,
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    linux: release(),
    node: process.version,
    workerd: workerdVersion(),
    load_at_start: Number((loadavg()[0] ?? 0).toFixed(2)),
    state: folder,
  };
}

await runMain(async () => {
  const [name = "", ...rest] = process.argv.slice(2);
  const harness = Object.hasOwn(HARNESSES, name) ? HARNESSES[name] : undefined;
  if (harness !== undefined) {
    const wanted = readHarnessOptions(name, harness, rest);
    if (wanted === null) console.log(harnessUsage(name, harness));
    else await runHarness(name, harness, wanted);
    return;
  }
  const options = readOptions(process.argv.slice(2));
  if (options === null) {
    console.log(USAGE);
    return;
  }
  const shutdown = newShutdown();
  stopOnSignals(shutdown);
  try {
    await bench(options, shutdown);
  } finally {
    await shutdown.run();
  }
});
