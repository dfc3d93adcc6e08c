import { glob } from "node:fs/promises";
import { dirname, sep } from "node:path";
import { importProblems, readSources } from "./architecture/check-imports.ts";
import { ROOT } from "./platform/paths.ts";
import { runProgram } from "./platform/program.ts";
import { step } from "./platform/steps.ts";

/** Everything that can be told of the code without running it. */

interface Check {
  readonly title: string;
  /** What is wrong, as text to show; empty when nothing is. */
  run(): Promise<string>;
}

export interface CheckCounts {
  readonly passed: number;
  readonly failed: number;
}

/** How many run at once: one alone leaves a core idle for much of its time. */
const AT_ONCE = 2;

/** Runs the checks, shows what each found in their order, and goes on after a failure. */
export async function runChecks(options: { readonly lint: boolean }): Promise<CheckCounts> {
  const checks = [...(options.lint ? [{ title: "Lint and format", run: lint }] : []), ...(await typesAndImports())];
  const running: Promise<string>[] = [];
  const begin = () => {
    const check = checks[running.length];
    if (check === undefined) return;
    const found = check.run();
    running.push(found);
    // A failure of the check itself is reported in its turn.
    found.then(begin, begin);
  };
  for (let begun = 0; begun < AT_ONCE; begun += 1) begin();
  let failed = 0;
  for (const [index, { title }] of checks.entries()) {
    const found = running[index];
    if (found === undefined) throw new Error(`the check ${title} was not begun`);
    const problems = await step(
      title,
      () => found,
      (text) => text === "",
    );
    if (problems === "") continue;
    failed += 1;
    console.log(problems);
  }
  return { passed: checks.length - failed, failed };
}

async function typesAndImports(): Promise<readonly Check[]> {
  return [
    ...(await typeScriptProjects()).map((path) => ({ title: `Types of ${path}`, run: () => types(path) })),
    { title: "Direction of imports", run: async () => importProblems(await readSources()).join("\n") },
  ];
}

async function lint(): Promise<string> {
  const { ok, output } = await runProgram("biome", "check", "--error-on-warnings", "--colors=off");
  return ok ? "" : output;
}

async function types(path: string): Promise<string> {
  // By itself a checker for each core, which do much of the work again for themselves: two projects at once share it better.
  const { ok, output } = await runProgram("tsc", "--noEmit", "--checkers", "1", "-p", path);
  return ok ? "" : output;
}

/** Every folder with a tsconfig.json: each has the types of where its code runs. */
async function typeScriptProjects(): Promise<readonly string[]> {
  const folders: string[] = [];
  for await (const path of glob(["tsconfig.json", "{scripts,test,bench,sim,demo,workers,clients}/**/tsconfig.json"], {
    cwd: ROOT,
  })) {
    if (!path.includes("node_modules")) folders.push(dirname(path).replaceAll(sep, "/"));
  }
  return folders.sort();
}
