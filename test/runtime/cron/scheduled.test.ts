import { createScheduledController } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import worker from "../../../workers/cron/index.ts";
import { sweepWallets } from "../../../workers/cron/jobs/sweep-wallets.ts";
import { fresh } from "./fresh.ts";
import { catchLogLines } from "./log-lines.ts";

beforeEach(fresh);
afterEach(() => void vi.restoreAllMocks());

const MINUTE = 60_000;

const addWallets = (ids: readonly string[]) =>
  env.DB.batch([
    env.DB.prepare("INSERT INTO orgs (id, name, created_at) VALUES ('org_1', 'Org', 0) ON CONFLICT DO NOTHING"),
    env.DB.prepare(
      "INSERT INTO wallets (id, org_id, name, created_at) SELECT value, 'org_1', value, 0 FROM json_each(?)",
    ).bind(JSON.stringify(ids)),
  ]);

const trigger = (minute: number) =>
  worker.scheduled(createScheduledController({ scheduledTime: new Date(minute * MINUTE), cron: "* * * * *" }), env);

const names = (prefix: string, n: number) =>
  Array.from({ length: n }, (_, index) => `${prefix}_${String(index).padStart(4, "0")}`);

test("each minute wakes the next page of wallets, and the round begins anew after the last", async () => {
  const lines = catchLogLines();
  await addWallets(names("wal", 450));
  for (const minute of [1, 2, 3, 4]) await trigger(minute);
  expect(lines("job_finished").map(({ wallets }) => wallets)).toEqual([200, 200, 50, 200]);
  const woken = vi.fn(async () => null);
  await sweepWallets(env.DB, woken);
  expect(woken).toHaveBeenCalledTimes(200);
  expect(woken).toHaveBeenCalledWith("wal_0200");
});

test("a trigger that comes twice works once, also when another came in between", async () => {
  const lines = catchLogLines();
  await addWallets(names("wal", 3));
  await Promise.all([trigger(1), trigger(1)]);
  await trigger(2);
  await trigger(1);
  expect(lines("job_finished").map(({ scheduled_at }) => scheduled_at)).toEqual([MINUTE, 2 * MINUTE]);
  expect(lines("job_skipped")).toHaveLength(2);
});

test("a wallet that fails is logged by its id and stops no other", async () => {
  const lines = catchLogLines();
  await addWallets([...names("wal", 30), "wal_0005_broken", "wal_0007_pending"]);
  await trigger(1);
  expect(lines("wallet_not_woken")).toEqual([
    { level: "warn", event: "wallet_not_woken", wallet_id: "wal_0005_broken", problem: "this wallet is broken" },
  ]);
  expect(lines("job_finished")).toEqual([expect.objectContaining({ wallets: 32, failed: 1, with_pending_outbox: 1 })]);
});

test("a wallet that hangs keeps no other from being woken", async () => {
  await addWallets(names("wal", 60));
  const woken: string[] = [];
  const hang = Promise.withResolvers<null>();
  const sweep = sweepWallets(env.DB, (wallet_id) => {
    woken.push(wallet_id);
    return wallet_id === "wal_0003" ? hang.promise : Promise.resolve(null);
  });
  await vi.waitFor(() => expect(woken).toHaveLength(60));
  hang.resolve(null);
  expect(await sweep).toEqual({ wallets: 60, failed: 0, with_pending_outbox: 0 });
});

test("a run that breaks off does not come back to the same page for ever", async () => {
  await addWallets(names("wal", 250));
  const woken: string[] = [];
  const never = sweepWallets(env.DB, () => new Promise(() => {}));
  await vi.waitFor(async () =>
    expect(await env.DB.prepare("SELECT cursor FROM job_state").first("cursor")).toBe("wal_0199"),
  );
  void never;
  await sweepWallets(env.DB, async (wallet_id) => {
    woken.push(wallet_id);
    return null;
  });
  expect(woken).toEqual(names("wal", 250).slice(200));
});

test("a job that fails says so in a log line and to the runtime, and the next trigger runs", async () => {
  const lines = catchLogLines();
  await env.DB.prepare("ALTER TABLE wallets RENAME TO wallets_away").run();
  await expect(trigger(1)).rejects.toThrow("no such table");
  expect(lines("job_failed")).toEqual([expect.objectContaining({ level: "error", job: "sweep-wallets" })]);
  await env.DB.prepare("ALTER TABLE wallets_away RENAME TO wallets").run();
  await trigger(2);
  expect(lines("job_finished")).toHaveLength(1);
});

test("served triggers are forgotten after a day", async () => {
  for (const minute of [1, 2, 3, 1442]) await trigger(minute);
  const { results } = await env.DB.prepare("SELECT scheduled_at FROM job_runs ORDER BY scheduled_at").all();
  expect(results.map(({ scheduled_at }) => scheduled_at)).toEqual([2 * MINUTE, 3 * MINUTE, 1442 * MINUTE]);
});

test("nothing is served over HTTP", async () => {
  expect((await exports.default.fetch("https://cron.example/")).status).toBe(404);
});
