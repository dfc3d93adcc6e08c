import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type BuildOptions, build } from "esbuild";
import { buildErrors } from "./build-errors.ts";
import { ClearError } from "./clear-error.ts";
import type { WorkerConfig } from "./config.ts";
import { DIST, ROOT } from "./paths.ts";

/** One worker as the runtime loads it: a single ES module. */
export interface Bundle {
  readonly folder: string;
  /** Where it is written, with its source map beside it. */
  readonly path: string;
  readonly code: string;
  readonly size_bytes: number;
  readonly gzip_bytes: number;
}

/** What a worker imports that is no code. */
export const LOADERS = {
  ".html": "text",
  ".txt": "text",
  ".sql": "text",
  ".bin": "binary",
} satisfies BuildOptions["loader"];

/** How a worker is bundled, the same for production and here. */
export function bundleOptions(worker: WorkerConfig) {
  return {
    entryPoints: [worker.main],
    outfile: join(DIST, worker.folder, "index.js"),
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    minify: true,
    // Durable Objects, errors and logs are found by their names.
    keepNames: true,
    sourcemap: "linked",
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    mainFields: ["browser", "module", "main"],
    external: ["cloudflare:*", ...(worker.node_modules ? ["node:*"] : [])],
    define: { "process.env.NODE_ENV": '"production"' },
    loader: LOADERS,
    logLevel: "silent",
  } satisfies BuildOptions;
}

/** Bundles one worker as production gets it, minified, and writes it to dist/<folder>/index.js. */
export async function bundleWorker(worker: WorkerConfig): Promise<Bundle> {
  const folder = join(DIST, worker.folder);
  const result = await build(bundleOptions(worker)).catch((failure: unknown) => {
    throw new ClearError(`The worker ${worker.folder} does not build:\n${buildErrors(failure)}`);
  });
  for (const file of result.outputFiles) await replaceFile(folder, file.path, file.contents);
  const script = result.outputFiles.find((file) => file.path.endsWith(".js"));
  if (script === undefined) throw new Error(`esbuild wrote no script for ${worker.folder}`);
  return bundleOf(worker, script.contents);
}

/** The bundle that the last build of a worker left in dist/<folder>/index.js. */
export async function builtBundle(worker: WorkerConfig): Promise<Bundle> {
  const contents = await readFile(bundleOptions(worker).outfile).catch(() => null);
  if (contents === null) {
    throw new ClearError(
      `The worker ${worker.folder} has not been built: run \`npm run build\`, or leave out --built.`,
    );
  }
  return bundleOf(worker, contents);
}

function bundleOf(worker: WorkerConfig, contents: Uint8Array): Bundle {
  return {
    folder: worker.folder,
    path: bundleOptions(worker).outfile,
    code: new TextDecoder().decode(contents),
    size_bytes: contents.length,
    // Only who asks pays: it takes longer than the bundling.
    get gzip_bytes() {
      return gzipSync(contents, { level: 9 }).length;
    },
  };
}

/** Written beside and renamed: two starts at once may write the same file, and neither reads half of it. */
async function replaceFile(folder: string, path: string, contents: Uint8Array): Promise<void> {
  await mkdir(folder, { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, contents);
  await rename(temporary, path);
}
