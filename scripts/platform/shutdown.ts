import { errorText } from "./clear-error.ts";

/** The longest that putting things away may take before the process ends all the same. */
const STOP_TIMEOUT_MS = 5_000;

/** A terminal sends a signal to every process in it, and the parent passes it on: within this time the two are one. */
const SAME_SIGNAL_MS = 500;

const SIGNALS: ReadonlySet<string | symbol> = new Set(["SIGINT", "SIGTERM", "SIGHUP"]);

/** What is to be undone when the process ends. */
export interface Shutdown {
  /** Runs at the end, the last added first. */
  add(task: () => Promise<void>): void;
  run(): Promise<void>;
}

export function newShutdown(): Shutdown {
  const tasks: (() => Promise<void>)[] = [];
  let running: Promise<void> | undefined;
  async function runAll(): Promise<void> {
    for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) {
      await task().catch((error: unknown) => console.error(`While stopping: ${errorText(error)}`));
    }
  }
  return {
    add: (task) => tasks.push(task),
    run() {
      running ??= runAll();
      return running;
    },
  };
}

/**
 * Ends the process in order at the first signal, or when the parent is gone: status 0 when all was put away in time.
 * A second signal ends it at once.
 */
export function stopOnSignals(shutdown: Shutdown): void {
  let firstAt: number | undefined;
  const onSignal = () => {
    const now = Date.now();
    if (firstAt === undefined) {
      firstAt = now;
      void stopInTime(shutdown);
    } else if (now - firstAt > SAME_SIGNAL_MS) {
      process.exit(130);
    }
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);
  if (process.channel !== undefined) {
    process.on("disconnect", onSignal);
    process.channel.unref();
  }
  // The local runtime listens too and would end the process before anything is put away.
  process.on("newListener", (event, listener) => {
    if (SIGNALS.has(event) && listener !== onSignal) queueMicrotask(() => process.removeListener(event, listener));
  });
}

async function stopInTime(shutdown: Shutdown): Promise<void> {
  const timer = setTimeout(() => {
    console.error("Stopping took too long, so it was cut short.");
    process.exit(1);
  }, STOP_TIMEOUT_MS);
  await shutdown.run();
  clearTimeout(timer);
  process.exit(0);
}
