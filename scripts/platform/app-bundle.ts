import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type BuildOptions, build } from "esbuild";
import { buildErrors } from "./build-errors.ts";
import { ClearError } from "./clear-error.ts";
import { DIST, fromRoot, ROOT } from "./paths.ts";

/** The console's pages: TypeScript of workers/dashboard/app as the one script that public/index.html loads. */

/** Below the folder that the worker's assets are taken from; git ignores it. */
const OUTPUT = fromRoot("workers", "dashboard", "public", "app", "main.js");

export interface AppBundle {
  readonly name: string;
  readonly size_bytes: number;
  readonly gzip_bytes: number;
}

/** How the pages are bundled, the same for production and here. */
export function appOptions() {
  return {
    entryPoints: [fromRoot("workers", "dashboard", "app", "main.ts")],
    outfile: OUTPUT,
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    minify: true,
    format: "esm",
    target: "es2022",
    platform: "browser",
    logLevel: "silent",
  } satisfies BuildOptions;
}

/** Bundles the pages and puts them where the worker's assets are. */
export async function bundleApp(): Promise<AppBundle> {
  const result = await build(appOptions()).catch((failure: unknown) => {
    throw new ClearError(`The console's pages do not build:\n${buildErrors(failure)}`);
  });
  const [file] = result.outputFiles;
  if (file === undefined) throw new Error("esbuild wrote no script for the console's pages");
  await put(file.contents);
  return {
    name: "ao-dashboard, pages",
    size_bytes: file.contents.length,
    get gzip_bytes() {
      return gzipSync(file.contents, { level: 9 }).length;
    },
  };
}

/** Written elsewhere and renamed: whoever lists the assets at this moment finds a whole file, and no other one. */
async function put(contents: Uint8Array): Promise<void> {
  await mkdir(DIST, { recursive: true });
  await mkdir(join(OUTPUT, ".."), { recursive: true });
  const temporary = join(DIST, `main.js.${process.pid}.tmp`);
  await writeFile(temporary, contents);
  await rename(temporary, OUTPUT);
}
