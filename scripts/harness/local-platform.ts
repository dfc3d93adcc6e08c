import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import {
  type ControlAddress,
  controlAddressSchema,
  controlCron,
  controlDatabase,
  controlFetch,
  type WorkerAnswer,
} from "../platform/control-client.ts";
import { ROOT } from "../platform/paths.ts";
import { query, type SqlRow, type SqlValue } from "../platform/sql-database.ts";

export interface LocalPlatformOptions {
  readonly dataDir: string;
  /** Variables of the workers, such as AO_HOLD_TTL_MS. */
  readonly vars?: Readonly<Record<string, string>>;
  /** Whether a new demo org is given its made-up past, which takes seconds; it is not unless asked for. */
  readonly demoTraffic?: boolean;
  /** Further arguments of `npm start`. */
  readonly args?: readonly string[];
}

/** The whole platform as `npm start` starts it, in processes of its own, on a free port. For tests and benchmarks. */
export interface LocalPlatform {
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
  /** Starts it again with the same code on its data folder and address, after `stop` or `kill9`. */
  restart(): Promise<void>;
  /** Stops it if it runs. */
  dispose(): Promise<void>;
}

interface Running {
  readonly process: ChildProcess;
  readonly url: string;
  readonly appKey: string;
  readonly adminKey: string;
  readonly control: ControlAddress;
}

export async function startLocalPlatform(options: LocalPlatformOptions): Promise<LocalPlatform> {
  const { dataDir } = options;
  const lines: string[] = [];
  const first = await launch(options, 0, lines);
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
      const args = [...(options.args ?? []), "--built"];
      running = await launch({ ...options, args }, Number(new URL(first.url).port), lines);
    },
    async dispose() {
      if (running !== null) await end("SIGTERM");
    },
  };
}

async function launch(options: LocalPlatformOptions, port: number, lines: string[]): Promise<Running> {
  const { dataDir, demoTraffic = false } = options;
  const begun = lines.length;
  const child = spawn(
    process.execPath,
    [
      join(ROOT, "scripts", "start.ts"),
      "--port",
      String(port),
      ...(demoTraffic ? [] : ["--no-demo-traffic"]),
      ...(options.args ?? []),
    ],
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

/**
 * Who starts it decides about the platform's variables, not the shell that it runs in. AO_WORKERD is none of them: it
 * belongs to a runtime that this process has started before.
 */
const withoutOurs = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(env).filter(([name]) => name === "AO_WORKERD" || (!name.startsWith("AO_") && name !== "PORT")),
  );

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
