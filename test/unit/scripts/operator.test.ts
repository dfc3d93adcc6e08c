import { convertV4MiniflareOptions, Miniflare, NoOpLog } from "miniflare";
import { afterAll, beforeAll, expect, it } from "vitest";
import { OPERATOR, type Operator, operatorOf, operatorWorker } from "../../../scripts/platform/operator.ts";

/** The runtime with a worker that prints more than any pipe holds before it answers. */
const NOISY = {
  name: "ao-noisy",
  modules: true,
  compatibilityDate: "2026-10-20",
  script: `
    const shout = () => { for (let line = 0; line < 1000; line += 1) console.log("x".repeat(1000)); };
    export default {
      async fetch(request) { shout(); return new Response(request.method + await request.text(), { status: 201 }); },
      async scheduled({ cron }) { shout(); if (cron === "never") throw new Error("no such job"); },
    };`,
};
const CONFIG = {
  folder: "noisy",
  name: NOISY.name,
  main: "",
  path: "",
  secrets: [],
  node_modules: false,
  compatibility_flags: [],
  d1_databases: [{ binding: "DB", database_name: "ao", database_id: "00000000-0000-0000-0000-000000000000" }],
  triggers: {},
};

let runtime: Miniflare;
let operator: Operator;
let printed = 0;

beforeAll(async () => {
  runtime = new Miniflare(
    convertV4MiniflareOptions({
      log: new NoOpLog(),
      cf: {},
      handleStructuredLogs: () => {
        printed += 1;
      },
      workers: [NOISY, operatorWorker([CONFIG], CONFIG)],
    }),
  );
  operator = operatorOf(await runtime.getWorker(OPERATOR));
});
afterAll(() => runtime.dispose());

it("a job that prints more than a pipe holds is run to its end, and what it ended with is told", async () => {
  const job = { worker: NOISY.name, scheduled_time: 0 };
  expect(await operator.scheduled({ ...job, cron: "* * * * *" })).toBe("ok");
  expect(await operator.scheduled({ ...job, cron: "never" })).toBe("exception");
  await expect.poll(() => printed).toBeGreaterThanOrEqual(2_000);
});

it("a request reaches the worker that it names, and its answer comes back", async () => {
  const request = { worker: NOISY.name, method: "POST", path: "/", body: "hello" };
  expect(await operator.fetch(request)).toEqual({ status: 201, body: "POSThello" });
});

it("statements run all or none, with their values, and what is wrong with one is said", async () => {
  const table = { sql: "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)" };
  const insert = { sql: "INSERT INTO t VALUES (?, ?) RETURNING a, b", params: [1, null] };
  expect(await operator.batch([table, insert])).toEqual([[], [{ a: 1, b: null }]]);
  const second = { sql: "INSERT INTO t VALUES (?, ?)", params: [2, "two"] };
  await expect(operator.batch([second, insert])).rejects.toThrow("UNIQUE constraint failed");
  expect(await operator.batch([{ sql: "SELECT a FROM t" }])).toEqual([[{ a: 1 }]]);
});
