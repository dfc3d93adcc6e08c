import { join } from "node:path";
import { build } from "esbuild";
import { LOADERS } from "../../scripts/platform/bundle.ts";
import { ROOT } from "../../scripts/platform/paths.ts";
import { buildWorkers } from "../../scripts/platform/platform.ts";
import type { BuiltWorker } from "../../scripts/platform/runtime-options.ts";

/** Bundles as production gets them, or readable ones, in which a profile's functions have names and modules. */
export async function buildAll(readable: boolean): Promise<readonly BuiltWorker[]> {
  const workers = await buildWorkers();
  if (!readable) return workers;
  return Promise.all(
    workers.map(async (worker) => ({
      ...worker,
      bundle: { ...worker.bundle, code: await bundleReadable(worker.config.main, worker.config.node_modules) },
    })),
  );
}

export const bundleBare = (): Promise<string> => bundle(join(import.meta.dirname, "bare-worker.ts"), true, false);

/** A worker of `bench/workers`. */
export const bundleBenchWorker = (name: string): Promise<string> =>
  bundle(join(import.meta.dirname, "..", "workers", `${name}.ts`), false, false);

/** Not minified: each module begins with a comment that has its path, and every function keeps its name. */
const bundleReadable = (main: string, node_modules: boolean): Promise<string> => bundle(main, false, node_modules);

async function bundle(main: string, minify: boolean, node_modules: boolean): Promise<string> {
  const result = await build({
    entryPoints: [main],
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    minify,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    mainFields: ["browser", "module", "main"],
    external: ["cloudflare:*", ...(node_modules ? ["node:*"] : [])],
    define: { "process.env.NODE_ENV": '"production"' },
    loader: LOADERS,
    logLevel: "silent",
  });
  return result.outputFiles.map((file) => file.text).join("");
}
