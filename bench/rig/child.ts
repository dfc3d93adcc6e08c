import { type ChildProcess, fork } from "node:child_process";
import type * as z from "zod";

/** A process of the rig. It ends by itself when this one does, because its channel closes then. */
export interface Child {
  /** Sends a message and resolves with the next one that comes back; rejects when none does in that time. */
  ask<Answer>(message: object, schema: z.ZodType<Answer>, timeout_ms: number): Promise<Answer>;
  next<Answer>(schema: z.ZodType<Answer>, timeout_ms: number): Promise<Answer>;
  stop(): Promise<void>;
}

/** Starts a module of the rig as a Node process. */
export function startChild(path: string): Child {
  const child = fork(path, { stdio: ["ignore", "inherit", "inherit", "ipc"], serialization: "advanced" });
  // A message to a process that is gone fails here; that it is gone is told below.
  child.on("error", () => undefined);
  const next = async <Answer>(schema: z.ZodType<Answer>, timeout_ms: number): Promise<Answer> =>
    schema.parse(await message(child, path, timeout_ms));
  return {
    next,
    ask: (value, schema, timeout_ms) => {
      const answer = next(schema, timeout_ms);
      child.send(value);
      return answer;
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await gone;
    },
  };
}

function message(child: ChildProcess, path: string, timeout_ms: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      child.off("exit", onExit);
      child.off("message", onMessage);
    };
    const fail = (what: string): void => {
      end();
      reject(new Error(`${path} ${what}`));
    };
    const onExit = (): void => fail("ended before it answered");
    const onMessage = (value: unknown): void => {
      end();
      resolve(value);
    };
    const timer = setTimeout(() => fail(`did not answer within ${timeout_ms} ms`), timeout_ms);
    child.once("message", onMessage);
    child.once("exit", onExit);
  });
}
