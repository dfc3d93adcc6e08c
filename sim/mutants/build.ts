import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { type Mutant, mutate } from "../../scripts/mutants/mutant.ts";
import { fromRoot } from "../../scripts/platform/paths.ts";

/** Bundles a trial with a bug in it, or as it is, and answers where the bundle lies. */
export async function buildTrial(mutant: Mutant | null, folder: string, name: string): Promise<string> {
  const outfile = join(folder, `${name}.mjs`);
  await build({
    entryPoints: [fromRoot("sim", "mutants", "trial.ts")],
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node24",
    logLevel: "silent",
    outfile,
    plugins: mutant === null ? [] : [withBug(mutant)],
  });
  return outfile;
}

function withBug(mutant: Mutant): import("esbuild").Plugin {
  const path = fromRoot(...mutant.file.split("/"));
  return {
    name: "bug",
    setup: ({ onLoad }) => {
      onLoad({ filter: /\.ts$/ }, async (args) => {
        if (args.path !== path) return;
        return { contents: mutate(await readFile(path, "utf8"), mutant), loader: "ts" };
      });
    },
  };
}
