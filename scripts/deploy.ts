import { bundleApp } from "./platform/app-bundle.ts";
import { ClearError, runMain } from "./platform/clear-error.ts";
import { readWorkerConfig, type WorkerConfig } from "./platform/config.ts";
import { runProgram, showProgram } from "./platform/program.ts";
import { table } from "./platform/table.ts";
import { WORKERS } from "./platform/workers.ts";

/**
 * `npm run deploy`: deploys every worker, each after those that it binds to. `-- --dry-run` only bundles and shows the
 * sizes. Other arguments go to wrangler.
 */

/** What wrangler.toml has until somebody created the database and wrote its id there. */
const PLACEHOLDER_DATABASE = "00000000-0000-0000-0000-000000000000";

await runMain(async () => {
  const args = process.argv.slice(2);
  const workers = WORKERS.filter(({ deployed }) => deployed).map(readWorkerConfig);
  // Wrangler bundles the workers; the console's pages are assets to it.
  await bundleApp();
  if (args.includes("--dry-run")) await dryRun(workers, args);
  else await deploy(workers, args);
});

async function dryRun(workers: readonly WorkerConfig[], args: readonly string[]): Promise<void> {
  const rows: (readonly string[])[] = [];
  for (const { name, path } of workers) {
    const { ok, output } = await runProgram("wrangler", "deploy", "-c", path, "--minify", ...args);
    if (!ok) throw new ClearError(`${output}\n${name} would not deploy. Nothing was deployed.`);
    rows.push([name, ...sizesOf(output)]);
  }
  console.log(table(["worker", "size", "gzip"], rows, { right: [1, 2] }));
  console.log("Nothing was deployed.");
}

/** Size and gzip size of wrangler's line `Total Upload: 12.3 KiB / gzip: 4.5 KiB`. */
function sizesOf(output: string): readonly string[] {
  const match = /Total Upload:\s*(.+?)\s*\/\s*gzip:\s*(.+?)\s*$/m.exec(output);
  return match === null ? ["?", "?"] : match.slice(1);
}

async function deploy(workers: readonly WorkerConfig[], args: readonly string[]): Promise<void> {
  for (const { path, d1_databases } of workers) {
    if (d1_databases.every(({ database_id }) => database_id !== PLACEHOLDER_DATABASE)) continue;
    throw new ClearError(
      `${path} has no database yet. Create one with \`npx wrangler d1 create ao\`, ` +
        "write its database_id there, and run `npm run migrate -- --remote`.",
    );
  }
  const done: string[] = [];
  for (const { name, path } of workers) {
    const status = await showProgram("wrangler", "deploy", "-c", path, "--minify", ...args);
    if (status !== 0) {
      throw new ClearError(
        `${name} was not deployed, for the reason above. Deployed before it: ${done.join(", ") || "nothing"}. ` +
          "Mend it and run this again: deploying a worker twice does no harm.",
      );
    }
    done.push(name);
  }
  console.log(`Deployed ${done.join(", ")}.`);
}
