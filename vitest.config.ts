import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { build } from "esbuild";
import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/longest-first.ts";
import { migratedSchema } from "./test/migrated-schema.ts";
import { plantedBug } from "./test/mutants/planted-bug.ts";

async function bundled(entry: string) {
  const built = await build({
    entryPoints: [entry],
    bundle: true,
    format: "esm",
    target: "es2024",
    external: ["cloudflare:*"],
    write: false,
  });
  return {
    modules: true,
    compatibilityDate: "2026-10-20",
    script: built.outputFiles.map((file) => file.text).join(""),
  };
}

/** A worker beside the one under test, which reaches its objects across scripts. */
const besides = async (folder: string) => ({
  ...(await bundled(`./workers/${folder}/index.ts`)),
  name: `ao-${folder}`,
});

async function walletWorker() {
  return {
    ...(await besides("wallet-do")),
    durableObjects: { WALLET: { className: "WalletObject", useSQLite: true } },
    bindings: { AO_DRAIN_DELAY_MS: "50" },
    queueProducers: { EVENTS: { queueName: "ao-events" } },
  };
}

/** Signs in tests, where nobody is deceived. */
const AUDIT_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const DATABASE_ID = "00000000-0000-0000-0000-000000000000";

/** Shares the database of the worker under test. */
async function auditWorker() {
  return {
    ...(await besides("audit")),
    durableObjects: { AUDIT: { className: "AuditObject", useSQLite: true } },
    d1Databases: { DB: DATABASE_ID },
    bindings: { AO_AUDIT_KEY: AUDIT_KEY },
  };
}

/** All migrations as one, in the form in which a test applies them before each of its cases. */
const migrations = async () => [{ name: "all", queries: [...(await migratedSchema())] }];

/** In every error of what stands in for Vectorize and Workers AI. */
const LOCAL_STAND_IN = "local stand-in";

/**
 * Four kinds of tests. `unit`: pure code, in Node. `runtime`: inside workerd with real Durable Objects, D1 and queues,
 * one project per worker. `e2e`: official clients against the whole platform, started as `npm start` starts it.
 * `browser`: the console's pages in Chromium, on that platform.
 */
export default defineConfig({
  test: {
    // What an entrypoint of the sandbox throws is what its test expects; the runtime reports it in the callee, too.
    onUnhandledError: ({ message }) => !message.includes(LOCAL_STAND_IN),
    // Tests of the running platform wait more than they compute: four files at once keep two cores busy.
    maxWorkers: 4,
    // Those that wait for a provider to time out wait side by side.
    maxConcurrency: 10,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        plugins: [plantedBug()],
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts"],
          environment: "node",
          // Files share a process and its modules, which halves what they cost: a test puts back what it changes.
          isolate: false,
          testTimeout: 60_000,
        },
      },
      ...["wallet-do", "tokenizer"].map((worker) => ({
        plugins: [
          cloudflareTest({
            wrangler: { configPath: `./workers/${worker}/wrangler.toml` },
            remoteBindings: false,
            // An eviction waits for a drain that has begun: tests evict at every step.
            miniflare: { bindings: { AO_DRAIN_DELAY_MS: "50" } },
          }),
        ],
        test: { name: `runtime-${worker}`, include: [`test/runtime/${worker}/**/*.test.ts`], testTimeout: 60_000 },
      })),
      {
        // The local stand-ins, which are objects and entrypoints. As a provider the sandbox is tested in Node.
        plugins: [
          cloudflareTest({ wrangler: { configPath: "./workers/sandbox/wrangler.toml" }, remoteBindings: false }),
        ],
        test: { name: "runtime-sandbox", include: ["test/runtime/sandbox/**/*.test.ts"], testTimeout: 60_000 },
      },
      {
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: "./workers/cron/wrangler.toml" },
            remoteBindings: false,
            miniflare: {
              bindings: { MIGRATIONS: await migrations(), AO_MASTER_KEY: AUDIT_KEY },
              workers: [await walletWorker(), await auditWorker()],
            },
          })),
        ],
        test: { name: "runtime-cron", include: ["test/runtime/cron/**/*.test.ts"], testTimeout: 30_000 },
      },
      {
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: "./workers/audit/wrangler.toml" },
            remoteBindings: false,
            miniflare: {
              bindings: { MIGRATIONS: await migrations(), AO_AUDIT_KEY: AUDIT_KEY },
            },
          })),
        ],
        test: { name: "runtime-audit", include: ["test/runtime/audit/**/*.test.ts"], testTimeout: 60_000 },
      },
      {
        plugins: [
          cloudflareTest(async () => ({
            main: "./workers/gateway/index.ts",
            remoteBindings: false,
            miniflare: {
              compatibilityDate: "2026-10-20",
              d1Databases: { DB: DATABASE_ID },
              durableObjects: { MONITOR: { className: "ProviderMonitor", useSQLite: true } },
              bindings: {
                MIGRATIONS: await migrations(),
                AO_KEY_PEPPER: AUDIT_KEY,
                AO_MASTER_KEY: AUDIT_KEY,
                AO_HEALTH_MS: "3600000",
              },
            },
          })),
        ],
        test: {
          name: "runtime-gateway-monitor",
          include: ["test/runtime/gateway-monitor/**/*.test.ts"],
          testTimeout: 30_000,
        },
      },
      {
        // The cache's object with stand-ins for what Cloudflare alone has.
        plugins: [
          cloudflareTest(async () => ({
            main: "./workers/cache/index.ts",
            remoteBindings: false,
            miniflare: {
              compatibilityDate: "2026-10-20",
              durableObjects: { CACHE: { className: "CacheObject", useSQLite: true } },
              serviceBindings: {
                AI: { name: "ao-stand-ins", entrypoint: "Ai" },
                VECTORS: { name: "ao-stand-ins", entrypoint: "Vectors" },
              },
              workers: [{ ...(await bundled("./test/runtime/cache/stand-ins.ts")), name: "ao-stand-ins" }],
            },
          })),
        ],
        test: { name: "runtime-cache", include: ["test/runtime/cache/**/*.test.ts"], testTimeout: 30_000 },
      },
      {
        // Identity alone, without the rest of the console: Better Auth and D1 as they run in production.
        plugins: [
          cloudflareTest(async () => ({
            remoteBindings: false,
            miniflare: {
              compatibilityDate: "2026-10-20",
              compatibilityFlags: ["nodejs_compat"],
              d1Databases: { DB: "ao-identity" },
              bindings: { MIGRATIONS: await migrations() },
            },
          })),
        ],
        test: {
          name: "runtime-dashboard-identity",
          include: ["test/runtime/dashboard-identity/**/*.test.ts"],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          environment: "node",
          globalSetup: ["./test/e2e/support/setup.ts"],
          // As with `unit`. What a file starts it stops, and nothing else of a process changes.
          isolate: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        // The console in a browser, against the same platform as e2e.
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          environment: "node",
          globalSetup: ["./test/browser/support/setup.ts"],
          isolate: false,
          // A page shows a change when it has drawn it: what is expected of a page is awaited.
          expect: { poll: { timeout: 20_000 } },
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
