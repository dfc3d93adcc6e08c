import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import * as z from "zod";
import type { Mutant } from "../../scripts/mutants/mutant.ts";
import { ClearError, errorText, runMain } from "../../scripts/platform/clear-error.ts";
import { fromRoot } from "../../scripts/platform/paths.ts";
import { PLANTED } from "./planted-bug.ts";
import { TRANSLATION_MUTANTS } from "./translation/all.ts";

/** `npm run mutants`: bugs in the translation between dialects, one at a time, and the unit test that finds each. */

const USAGE = `npm run mutants -- [options]

  --only <text>  mutants whose name or file has this in it
  --json         print the result as JSON
  --help         show this`;

const CONNECTORS = "test/unit/sandbox/dialects/connectors.test.ts";

/** The tests that may find a bug in a file: those of its folder; of what providers share, all of theirs. */
function testsOf({ file }: Mutant): readonly string[] {
  const [, , place = "", folder = ""] = file.split("/");
  if (place === "dialects") return [`test/unit/gateway/dialects/${folder}`];
  return [`test/unit/providers/${folder === "kit" ? "" : folder}`, CONNECTORS];
}

const LANES = 2;

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const reportSchema = z.object({
  numTotalTests: z.int(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});

interface Verdict {
  readonly mutant: Mutant;
  /** The first test that failed; null when none did. */
  readonly found_by: string | null;
}

/** Runs the tests with the bug in place, up to the first failure. */
async function tryMutant(mutant: Mutant | null, folder: string, name: string): Promise<string | null> {
  const output = join(folder, `${name}.json`);
  const args = ["run", "--project", "unit", "--bail", "1", "--reporter=json", `--outputFile=${output}`];
  const tests = mutant === null ? ["test/unit/providers", "test/unit/gateway/dialects", CONNECTORS] : testsOf(mutant);
  const child = spawn(process.execPath, [fromRoot("node_modules", "vitest", "vitest.mjs"), ...args, ...tests], {
    cwd: fromRoot(),
    // What is kept of transformed modules knows nothing of bugs.
    env: {
      ...process.env,
      VITEST_FS_MODULE_CACHE: "0",
      ...(mutant === null ? {} : { [PLANTED]: JSON.stringify(mutant) }),
    },
    stdio: "ignore",
  });
  await new Promise((done) => child.once("close", done));
  const report = reportSchema.parse(JSON.parse(await readFile(output, "utf8")));
  if (report.numTotalTests === 0) throw new ClearError("No test ran: the check says nothing.");
  const named = report.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .find(({ status }) => status === "failed");
  // A file that does not even load has no test to name; the first failure of one file ends the others without any.
  return named?.fullName ?? report.testResults.find(({ status }) => status === "failed")?.name ?? null;
}

async function hunt(mutants: readonly Mutant[], done: (verdict: Verdict) => void): Promise<readonly Verdict[]> {
  const folder = await mkdtemp(join(tmpdir(), "ao-mutants-"));
  const verdicts: Verdict[] = [];
  const queue = mutants.entries();
  const lane = async (): Promise<void> => {
    for (const [index, mutant] of queue) {
      const verdict = { mutant, found_by: await tryMutant(mutant, folder, String(index)) };
      verdicts.push(verdict);
      done(verdict);
    }
  };
  try {
    const sound = await tryMutant(null, folder, "sound");
    if (sound !== null) throw new ClearError(`Without any bug put in, a test fails: mend that first. ${sound}`);
    await Promise.all(Array.from({ length: LANES }, lane));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return verdicts;
}

function readOptions() {
  try {
    const options = { only: { type: "string" }, json: { type: "boolean" }, help: { type: "boolean" } } as const;
    return parseArgs({ options }).values;
  } catch (error) {
    throw new ClearError(`${errorText(error)}\n\n${USAGE}`);
  }
}

await runMain(async () => {
  const { only = "", json = false, help = false } = readOptions();
  if (help) {
    say(USAGE);
    return;
  }
  const mutants = TRANSLATION_MUTANTS.filter(({ name, file }) => name.includes(only) || file.includes(only));
  if (mutants.length === 0) throw new ClearError(`No mutant has ${JSON.stringify(only)} in its name or file.`);
  const verdicts = await hunt(mutants, ({ mutant, found_by }) => {
    if (!json)
      say(`${found_by === null ? "SURVIVES" : "found   "}  ${mutant.name}\n          ${found_by ?? mutant.file}`);
  });
  const found = verdicts.filter(({ found_by }) => found_by !== null).length;
  if (json) say(JSON.stringify({ found, verdicts }, null, 2));
  else say(`\n${found} of ${verdicts.length} are found`);
  if (found < verdicts.length) process.exitCode = 1;
});
