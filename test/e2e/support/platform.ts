import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { glob, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import {
  type ControlAddress,
  controlAddressSchema,
  controlCron,
  controlDatabase,
  controlFetch,
  type WorkerAnswer,
} from "../../../scripts/platform/control-client.ts";
import { ROOT } from "../../../scripts/platform/paths.ts";
import { query, type SqlRow, type SqlValue } from "../../../scripts/platform/sql-database.ts";

export interface PlatformOptions {
  /** Kept when given; otherwise a new temporary folder, deleted by `dispose`. */
  readonly dataDir?: string;
  /** Variables of the workers, such as AO_HOLD_TTL_MS. */
  readonly vars?: Readonly<Record<string, string>>;
  /** Further arguments of `npm start`. */
  readonly args?: readonly string[];
}

/** The whole platform as `npm start` starts it, in processes of its own, on a free port and a data folder of its own. */
export interface TestPlatform {
  /** Without a trailing slash; the same after a restart. */
  readonly url: string;
  readonly appKey: string;
  readonly adminKey: string;
  readonly dataDir: string;
  /** What it has printed so far, workers' logs included. */
  readonly lines: readonly string[];
  /** Rows of one statement on the platform's D1. */
  query(sql: string, ...params: readonly SqlValue[]): Promise<readonly SqlRow[]>;
  /** Runs the scheduled jobs of a cron expression once, as if it were `scheduledTime` (milliseconds since the epoch). */
  runCron(cron: string, scheduledTime: number): Promise<void>;
  /** A request to the sandbox past the gateway, `/_seen` for one. */
  sandbox(path: string, method?: string, body?: string): Promise<WorkerAnswer>;
  /** Ends it as Ctrl-C does and answers its exit status. */
  stop(): Promise<number | null>;
  /** Kills it as a crash of the machine would: nothing gets to put anything away. */
  kill9(): Promise<void>;
  /** Starts it again on its data folder and address, after `stop` or `kill9`. */
  restart(): Promise<void>;
  /** Stops it if it runs, and deletes its temporary data folder. */
  dispose(): Promise<void>;
}

interface Running {
  readonly process: ChildProcess;
  readonly url: string;
  readonly appKey: string;
  readonly adminKey: string;
  readonly control: ControlAddress;
}

export async function startPlatform(options: PlatformOptions = {}): Promise<TestPlatform> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "ao-test-")));
  const lines: string[] = [];
  const first = await launch(options, dataDir, 0, lines);
  let running: Running | null = first;

  const instance = (): Running => {
    if (running === null) throw new Error("the platform is not running");
    return running;
  };

  async function end(signal: "SIGTERM" | "SIGKILL"): Promise<number | null> {
    const { process } = instance();
    running = null;
    const exit = process.exitCode === null && process.signalCode === null ? once(process, "exit") : null;
    process.kill(signal);
    await exit;
    await untilSilent(first.url);
    return process.exitCode;
  }

  return {
    url: first.url,
    appKey: first.appKey,
    adminKey: first.adminKey,
    dataDir,
    lines,
    query: (sql, ...params) => query(controlDatabase(instance().control), sql, ...params),
    runCron: (cron, scheduledTime) => controlCron(instance().control, cron, scheduledTime),
    sandbox: (path, method = "GET", body) =>
      controlFetch(instance().control, "ao-sandbox", { method, path, body: body ?? null }),
    stop: () => end("SIGTERM"),
    async kill9() {
      await end("SIGKILL");
    },
    async restart() {
      if (running !== null) throw new Error("stop or kill the platform before it is restarted");
      running = await launch(options, dataDir, Number(new URL(first.url).port), lines);
    },
    async dispose() {
      if (running !== null) await end("SIGTERM");
      await expectNoCanary(dataDir, lines);
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Tests plant credentials, prompts and passwords that begin like this. */
const CANARIES = ["sk-canary", "canary-prompt", "a long passphrase"] as const;

const holdsCanary = (content: string | Buffer): boolean => CANARIES.some((canary) => content.includes(canary));

/**
 * After everything that a test file did: no planted secret or prompt is in a line that was written, nor in a file of the
 * platform, its databases included.
 */
async function expectNoCanary(dataDir: string, lines: readonly string[]): Promise<void> {
  const line = lines.find(holdsCanary);
  if (line !== undefined) throw new Error(`a planted secret is in the log: ${line}`);
  for await (const path of glob("**/*", { cwd: dataDir })) {
    const content = await readFile(join(dataDir, path)).catch(() => null);
    if (content !== null && holdsCanary(content)) throw new Error(`a planted secret is in ${path}`);
  }
}

async function launch(options: PlatformOptions, dataDir: string, port: number, lines: string[]): Promise<Running> {
  const begun = lines.length;
  const child = spawn(
    process.execPath,
    [join(ROOT, "scripts", "start.ts"), "--port", String(port), ...(options.args ?? [])],
    {
      cwd: ROOT,
      env: { ...withoutOurs(process.env), ...options.vars, AO_DATA: dataDir },
      // Over the channel it notices when this process is gone.
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    },
  );
  const collect = (line: string) => lines.push(line);
  createInterface({ input: child.stderr ?? process.stdin }).on("line", collect);
  const output = createInterface({ input: child.stdout ?? process.stdin }).on("line", collect);
  const ready = new Promise<void>((resolve) => {
    output.on("line", (line) => {
      if (line.startsWith("Stop with")) resolve();
    });
  });
  const exited = once(child, "exit").then(([code, signal]) => {
    throw new Error(`npm start ended with ${code ?? signal} before it was ready:\n${lines.slice(begun).join("\n")}`);
  });
  await Promise.race([ready, exited]);
  // From here on its exit is for whoever ends it.
  exited.catch(() => undefined);
  const printed = lines.slice(begun);
  const control = controlAddressSchema.parse(JSON.parse(await readFile(join(dataDir, "lock.json"), "utf8")));
  return {
    process: child,
    url: bannerValue(printed, "url") ?? "",
    appKey: bannerValue(printed, "app key") ?? "",
    adminKey: bannerValue(printed, "admin key") ?? "",
    control,
  };
}

/** The value of a line of the banner. */
function bannerValue(lines: readonly string[], label: string): string | undefined {
  const line = lines.find((candidate) => candidate.startsWith(`${label} `));
  return line?.slice(label.length).trim();
}

/** A test decides about the platform's variables, not the shell that it runs in. */
const withoutOurs = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("AO_") && name !== "PORT"));

/** Resolves when nothing answers at the address any more: the runtime ends a moment after the process that started it. */
async function untilSilent(url: string): Promise<void> {
  for (;;) {
    const answers = await fetch(url, { signal: AbortSignal.timeout(1_000) }).then(
      (response) => response.body?.cancel().then(() => true) ?? true,
      () => false,
    );
    if (!answers) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
