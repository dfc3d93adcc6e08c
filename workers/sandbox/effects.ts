import type { Effects } from "../../schema/kernel/effects.ts";

/** What the sandbox takes from outside: the time, and a pause that a test can hold or skip. */
export interface SandboxEffects extends Pick<Effects, "now"> {
  /** Waits `ms` milliseconds, or less if `signal` fires. Says which of the two ended the wait; never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<"slept" | "aborted">;
}

/** The real clock and real timers. */
export function runtimeSandboxEffects(): SandboxEffects {
  return { now: () => Date.now(), sleep: sleepByTimer };
}

function sleepByTimer(ms: number, signal: AbortSignal): Promise<"slept" | "aborted"> {
  if (signal.aborted) return Promise.resolve("aborted");
  return new Promise((resolve) => {
    const onAbort = () => {
      clearTimeout(timer);
      resolve("aborted");
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", onAbort);
      resolve("slept");
    }, ms);
    signal.addEventListener("abort", onAbort, { once: true });
  });
}
