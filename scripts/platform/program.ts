import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fromRoot, ROOT } from "./paths.ts";

/** A program of node_modules, by the script that starts it. */
const PROGRAMS = {
  biome: ["@biomejs", "biome", "bin", "biome"],
  tsc: ["typescript", "bin", "tsc"],
  vitest: ["vitest", "vitest.mjs"],
  wrangler: ["wrangler", "bin", "wrangler.js"],
} as const;

export type Program = keyof typeof PROGRAMS;

const argumentsOf = (program: Program, args: readonly string[]): string[] => [
  fromRoot("node_modules", ...PROGRAMS[program]),
  ...args,
];

export interface ProgramOutput {
  readonly ok: boolean;
  /** What it wrote, errors included. */
  readonly output: string;
}

/** Runs a program to its end and answers what it wrote. */
export async function runProgram(program: Program, ...args: readonly string[]): Promise<ProgramOutput> {
  const child = spawn(process.execPath, argumentsOf(program, args), { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  const exit = once(child, "exit");
  const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await exit;
  return { ok: code === 0, output: `${out}${errors}` };
}

/** Runs a program on this terminal and answers its exit status; null when a signal ended it. */
export async function showProgram(program: Program, ...args: readonly string[]): Promise<number | null> {
  const child = spawn(process.execPath, argumentsOf(program, args), { cwd: ROOT, stdio: "inherit" });
  const [code] = await once(child, "exit");
  return typeof code === "number" ? code : null;
}
