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

/** Lines of this job alone: a trigger runs others, too. */
const sweepsOf = (lines: Record<string, unknown>[]) => lines.filter(({ job }) => job === "sweep-wallets");

const names = (prefix: string, n: number) =>
  Array.from({ length: n }, (_, index) => `${prefix}_${String(index).padStart(4, "0")}`);

test("each run wakes the next page of wallets, and the round begins anew after the last", async () => {
  await addWallets(names("wal", 450));
  const woken: string[] = [];
  const wake = async (wallet_id: string) => {
    woken.push(wallet_id);
    return null;
  };
  const pages: unknown[] = [];
  for (let run = 0; run < 3; run += 1) pages.push((await sweepWallets(env.DB, wake)).wallets);
  expect(pages).toEqual([200, 200, 50]);
  expect(woken).toEqual(names("wal", 450));
  await sweepWallets(env.DB, wake);
  expect(woken.slice(450)).toEqual(names("wal", 200));
});

test("a trigger wakes the wallet objects themselves", async () => {
  const lines = catchLogLines();
  await addWallets(names("wal", 5));
  await trigger(1);
  expect(sweepsOf(lines("job_finished"))).toEqual([
    {
      level: "info",
      event: "job_finished",
      job: "sweep-wallets",
      scheduled_at: MINUTE,
      wallets: 5,
      failed: 0,
      with_pending_outbox: 0,
    },
  ]);
});

test("a trigger that comes twice works once, also when another came in between", async () => {
  const lines = catchLogLines();
  await addWallets(names("wal", 3));
  await Promise.all([trigger(1), trigger(1)]);
  await trigger(2);
  await trigger(1);
  expect(sweepsOf(lines("job_finished")).map(({ scheduled_at }) => scheduled_at)).toEqual([MINUTE, 2 * MINUTE]);
  expect(sweepsOf(lines("job_skipped"))).toHaveLength(2);
});

test("a wallet that fails is logged by its id and stops no other", async () => {
  const lines = catchLogLines();
  await addWallets(names("wal", 30));
  const swept = await sweepWallets(env.DB, (wallet_id) =>
    wallet_id === "wal_0005"
      ? Promise.reject(new Error("this wallet is broken"))
      : Promise.resolve({ outbox_pending: wallet_id === "wal_0007" ? 3 : 0 }),
  );
  expect(swept).toEqual({ wallets: 30, failed: 1, with_pending_outbox: 1 });
  expect(lines("wallet_not_woken")).toEqual([
    { level: "warn", event: "wallet_not_woken", wallet_id: "wal_0005", problem: "this wallet is broken" },
  ]);
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
  expect(sweepsOf(lines("job_failed"))).toEqual([expect.objectContaining({ level: "error", job: "sweep-wallets" })]);
  await env.DB.prepare("ALTER TABLE wallets_away RENAME TO wallets").run();
  await trigger(2);
  expect(sweepsOf(lines("job_finished"))).toHaveLength(1);
});

test("served triggers are forgotten after a day", async () => {
  for (const minute of [1, 2, 3, 1442]) await trigger(minute);
  const { results } = await env.DB.prepare(
    "SELECT scheduled_at FROM job_runs WHERE job = 'sweep-wallets' ORDER BY scheduled_at",
  ).all();
  expect(results.map(({ scheduled_at }) => scheduled_at)).toEqual([2 * MINUTE, 3 * MINUTE, 1442 * MINUTE]);
});

test("nothing is served over HTTP", async () => {
  expect((await exports.default.fetch("https://cron.example/")).status).toBe(404);
});
