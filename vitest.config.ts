import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

/**
 * Three kinds of tests. `unit`: pure code, in Node. `runtime`: inside workerd with real Durable Objects, D1 and queues,
 * one project per worker. `e2e`: official clients against the whole platform, started as `npm start` starts it.
 */
export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"], environment: "node" } },
      ...["wallet-do", "cron", "tokenizer"].map((worker) => ({
        plugins: [
          cloudflareTest({ wrangler: { configPath: `./workers/${worker}/wrangler.toml` }, remoteBindings: false }),
        ],
        test: { name: `runtime-${worker}`, include: [`test/runtime/${worker}/**/*.test.ts`] },
      })),
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          environment: "node",
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
