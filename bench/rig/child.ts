import { type ChildProcess, fork } from "node:child_process";
import type * as z from "zod";

/** A process of the rig. It ends by itself when this one does, because its channel closes then. */
export interface Child {
  /** Sends a message and resolves with the next one that comes back. */
  ask<Answer>(message: object, schema: z.ZodType<Answer>): Promise<Answer>;
  next<Answer>(schema: z.ZodType<Answer>): Promise<Answer>;
  stop(): Promise<void>;
}

/** Starts a module of the rig as a Node process. */
export function startChild(path: string): Child {
  const child = fork(path, { stdio: ["ignore", "inherit", "inherit", "ipc"], serialization: "advanced" });
  const next = async <Answer>(schema: z.ZodType<Answer>): Promise<Answer> => schema.parse(await message(child, path));
  return {
    next,
    ask: (value, schema) => {
      const answer = next(schema);
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

function message(child: ChildProcess, path: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onExit = (): void => {
      child.off("message", onMessage);
      reject(new Error(`${path} ended before it answered`));
    };
    const onMessage = (value: unknown): void => {
      child.off("exit", onExit);
      resolve(value);
    };
    child.once("message", onMessage);
    child.once("exit", onExit);
  });
}
