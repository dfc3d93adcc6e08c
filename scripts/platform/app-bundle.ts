import { createHash } from "node:crypto";
import { glob, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { gzipSync } from "node:zlib";
import * as z from "zod";
import { ClearError, errorText } from "./clear-error.ts";
import { DIST, fromRoot, ROOT } from "./paths.ts";

/** The console's pages: workers/dashboard/app, built by Vite into workers/dashboard/public, which git ignores. */

const APP = fromRoot("workers", "dashboard", "app");
const PUBLIC = fromRoot("workers", "dashboard", "public");
/** What was built last, and of what. Not among the assets: it is nothing to serve. */
const RECORD = join(DIST, "dashboard-app.json");
/** Everything that the pages are made of. */
const INPUTS = ["workers/dashboard/app/**/*", "schema/**/*.ts", "package-lock.json", "scripts/platform/app-bundle.ts"];

const recordSchema = z.object({
  inputs: z.string(),
  /** Below `public`, with forward slashes. */
  files: z.array(z.string()),
  /** All scripts together. */
  size_bytes: z.number(),
  /** Scripts that the overview needs before it shows anything: the entry, its page, and what both import. */
  first_load: z.array(z.object({ file: z.string(), name: z.string(), gzip_bytes: z.number() })),
});
export type AppRecord = z.infer<typeof recordSchema>;

export interface AppBundle extends AppRecord {
  readonly name: string;
  readonly gzip_bytes: number;
}

/** Vite's manifest, by source file. */
const manifestSchema = z.record(
  z.string(),
  z.looseObject({
    file: z.string(),
    name: z.string().optional(),
    isEntry: z.boolean().optional(),
    imports: z.array(z.string()).optional(),
  }),
);

/** Where the pages' sources are, for whoever watches them. */
export const APP_SOURCES = APP;

/** The page whose first load is measured. */
const FIRST_PAGE = "pages/overview/page.tsx";

/** Builds the pages and puts them where the worker's assets are, unless what is there was built of the same. */
export async function bundleApp(): Promise<AppBundle> {
  const inputs = await hashInputs();
  const before = await readRecord();
  const record = before !== null && before.inputs === inputs ? before : await buildApp(inputs, before);
  return {
    ...record,
    name: "ao-dashboard, pages",
    gzip_bytes: record.first_load.reduce((sum, { gzip_bytes }) => sum + gzip_bytes, 0),
  };
}

async function hashInputs(): Promise<string> {
  const paths: string[] = [];
  for await (const entry of glob(INPUTS, { cwd: ROOT, withFileTypes: true })) {
    if (entry.isFile()) paths.push(join(entry.parentPath, entry.name));
  }
  const hash = createHash("sha256");
  for (const path of paths.sort()) hash.update(`${path.slice(ROOT.length)}\0`).update(await readFile(path));
  return hash.digest("hex");
}

/** Null when nothing was built yet, or somebody deleted a part of it. */
async function readRecord(): Promise<AppRecord | null> {
  const text = await readFile(RECORD, "utf8").catch(() => "null");
  const parsed = recordSchema.safeParse(JSON.parse(text));
  if (!parsed.success) return null;
  const there = new Set<string>();
  for await (const path of glob("**/*", { cwd: PUBLIC })) there.add(path.replaceAll(sep, "/"));
  return parsed.data.files.every((file) => there.has(file)) ? parsed.data : null;
}

async function buildApp(inputs: string, before: AppRecord | null): Promise<AppRecord> {
  await mkdir(DIST, { recursive: true });
  const folder = await mkdtemp(join(DIST, "app-"));
  try {
    await buildForProduction(folder);
    const record = { inputs, ...(await describe(folder)) };
    await put(folder, record.files);
    const stale = (before?.files ?? []).filter((file) => !record.files.includes(file));
    for (const file of stale) await rm(join(PUBLIC, file), { force: true });
    await writeFile(RECORD, JSON.stringify(record));
    return record;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Vite goes by NODE_ENV, and a test runner has set it to something else: the pages are the same wherever they are built. */
async function buildForProduction(folder: string): Promise<void> {
  const before = process.env.NODE_ENV;
  process.env.NODE_ENV = "production";
  try {
    // Loaded here: whoever starts what has been built does without it.
    const { build } = await import("vite");
    await build({ configFile: join(APP, "vite.config.ts"), logLevel: "error", build: { outDir: folder } });
  } catch (failure) {
    throw new ClearError(`The console's pages do not build:\n${errorText(failure)}`);
  } finally {
    if (before === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = before;
  }
}

async function describe(folder: string): Promise<Omit<AppRecord, "inputs">> {
  const manifestPath = join(folder, ".vite", "manifest.json");
  const manifest = manifestSchema.parse(JSON.parse(await readFile(manifestPath, "utf8")));
  await rm(dirname(manifestPath), { recursive: true });
  const files: string[] = [];
  for await (const entry of glob("**/*", { cwd: folder, withFileTypes: true })) {
    if (entry.isFile())
      files.push(
        join(entry.parentPath, entry.name)
          .slice(folder.length + 1)
          .replaceAll(sep, "/"),
      );
  }
  /** By file; the name is for people. */
  const needed = new Map<string, string>();
  const visit = (key: string): void => {
    const chunk = manifest[key];
    if (chunk === undefined || needed.has(chunk.file)) return;
    needed.set(chunk.file, chunk.name ?? key);
    for (const other of chunk.imports ?? []) visit(other);
  };
  for (const [key, { isEntry }] of Object.entries(manifest)) if (isEntry === true || key === FIRST_PAGE) visit(key);
  const scripts = await Promise.all(
    files
      .filter((file) => file.endsWith(".js"))
      .map(async (file) => ({ file, contents: await readFile(join(folder, file)) })),
  );
  return {
    files: files.sort(),
    size_bytes: scripts.reduce((sum, { contents }) => sum + contents.length, 0),
    first_load: scripts.flatMap(({ file, contents }) => {
      const name = needed.get(file);
      return name === undefined ? [] : [{ file, name, gzip_bytes: gzipSync(contents, { level: 9 }).length }];
    }),
  };
}

/**
 * Renamed into place, the page last: two starts at once may put the same files, and whoever lists the assets at this
 * moment finds whole files, and a page with all that it names.
 */
async function put(folder: string, files: readonly string[]): Promise<void> {
  const pagesLast = [...files].sort((a, b) => Number(a.endsWith(".html")) - Number(b.endsWith(".html")));
  for (const file of pagesLast) {
    const target = join(PUBLIC, file);
    await mkdir(dirname(target), { recursive: true });
    await rename(join(folder, file), target);
  }
}
