import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { migrate, readMigrations } from "../../scripts/platform/migrations.ts";
import { d1Database, query, type SqlDatabase } from "../../scripts/platform/sql-database.ts";
import { Counts } from "../harness/counts.ts";
import type { Findings, Harness, Run } from "../harness/harness.ts";
import { Phases } from "../harness/phases.ts";
import { Violations } from "../harness/violations.ts";
import { figure } from "../report/table.ts";
import { type BenchWorker, startBenchWorker } from "../rig/bench-worker.ts";
import { checkResultSchema, deliverResultSchema } from "../rig/deliveries-contract.ts";
import { type Expected, expectedOf } from "./expected.ts";
import { LagLog, type Lags, lagTable } from "./lags.ts";
import { FROM, TO } from "./make-event.ts";
import { BATCH, givenOut, nextBatchAt, type Sending, sentAt } from "./sending.ts";

/** `npm run bench -- deliveries`: whether each event counts once, however often and in whatever order it comes. */
export const deliveries: Harness = {
  about:
    "Delivers usage events to the real consumer with a real D1: out of order, at least a tenth of them twice, with writes\n" +
    "that fail before or after they were done, and half way an outage of the queue, whose events then come all at once.\n" +
    "Afterwards every row and every sum of the rollup must be as if each event had come once.",
  numbers: {
    count: { usual: 1_000_000, quick: 20_000, least: 1_000, most: 20_000_000, what: "deliveries, duplicates included" },
    rate: {
      usual: 300,
      quick: 300,
      least: 1,
      most: 100_000,
      what: "events that wallets send a second, by the bench's clock",
    },
    outage: {
      usual: 600,
      quick: 20,
      least: 0,
      most: 86_400,
      what: "seconds that the queue gives nothing out, by that clock",
    },
    faults: { usual: 33, quick: 33, least: 0, most: 90, what: "percent of D1's writes that fail" },
  },
  run: runDeliveries,
};

/** Share of all deliveries that is of an event which was delivered before. */
const DUPLICATES = 0.13;
/** Of what was consumed and acknowledged, so much comes again: the acknowledgement was lost. */
const LOST_ACKS = 0.01;
const BATCHES_AT_ONCE = 16;

interface Flight {
  readonly event: number;
  readonly attempts: number;
  /** By the bench's clock. */
  readonly sent_at: number;
}

async function runDeliveries(run: Run): Promise<Findings> {
  const worker = await startBenchWorker(run, "deliveries-worker", { d1Databases: { DB: "ao-deliveries" } });
  const database = d1Database(await worker.runtime.getD1Database("DB", "deliveries-worker"));
  await migrate(database, await readMigrations());
  const deliveries_wanted = run.number("count");
  const events = Math.ceil(deliveries_wanted * (1 - DUPLICATES));
  const counts = new Counts();
  const phases = new Phases();
  const per_second_sent = run.number("rate");
  const sending: Sending = {
    per_second: per_second_sent,
    outage_from: sentAt({ per_second: per_second_sent }, deliveries_wanted / 2),
    outage_ms: run.number("outage") * 1_000,
  };
  const order = firstDeliveries(run, events, deliveries_wanted);
  const lags = await phases.during("deliveries", () => deliverAll(run, worker, order, sending, counts));
  await phases.during("dead letters", () => replayDeadLetters(worker, database, counts));
  const violations = new Violations();
  await phases.during("rows and sums", () => compare(database, expectedOf(events), violations, counts));
  const { differences } = await phases.during("check", () =>
    worker.ask({ kind: "check", from: FROM, to: TO }, checkResultSchema),
  );
  violations.expect(differences.length === 0, () => `rollup and log differ: ${JSON.stringify(differences[0])}`);
  counts.add("events", events);
  const seconds = phases.seconds.deliveries ?? Number.NaN;
  const per_second = counts.of("deliveries") / seconds;
  const bytes_per_event = (await sizeOf(run.folder)) / events;
  console.log(`\n${counts}\n\n${lagTable(lags)}\n`);
  console.log(`${figure(per_second)} deliveries/s, ${Math.round(bytes_per_event)} MB of D1 a million events`);
  const figures = { ...counts.all, lags, per_second, bytes_per_event, seconds: phases.seconds };
  return { violations: violations.list, figures };
}

/** Every event once and some again, in no order at all. */
function firstDeliveries({ dice }: Run, events: number, count: number): Uint32Array {
  const order = new Uint32Array(Math.max(events, count));
  for (let index = 0; index < order.length; index += 1) {
    order[index] = index < events ? index : dice.between(0, events - 1);
  }
  dice.shuffle(order);
  return order;
}

async function deliverAll(
  run: Run,
  worker: BenchWorker,
  order: Uint32Array,
  sending: Sending,
  counts: Counts,
): Promise<Lags> {
  const { dice } = run;
  const lags = new LagLog(sending);
  let now = 0;
  let at = 0;
  let again: Flight[] = [];
  const take = (): Flight[] => {
    const batch = again.splice(0, dice.between(0, BATCH / 4));
    const given = Math.min(order.length, givenOut(sending, now));
    while (batch.length < BATCH && at < given) {
      batch.push({ event: order[at] ?? 0, attempts: 1, sent_at: sentAt(sending, at) });
      at += 1;
    }
    return batch.length > 0 ? batch : again.splice(0, BATCH);
  };
  while (at < order.length || again.length > 0) {
    if (at < order.length && at >= givenOut(sending, now) && again.length === 0) {
      lags.nothingWaits(now);
      now = Math.max(now, nextBatchAt(sending, at));
    }
    const batches = Array.from({ length: BATCHES_AT_ONCE }, take).filter(({ length }) => length > 0);
    const messages = batches.map((batch) => batch.map(({ event, attempts }) => ({ event, attempts })));
    const seed = dice.between(0, 2 ** 31 - 1);
    const task = { kind: "deliver", batches: messages, letters: [], fault_rate: run.number("faults") / 100, seed };
    const from = performance.now();
    const { back, faults } = await worker.ask(task, deliverResultSchema);
    now += performance.now() - from;
    counts.add("writes that failed", faults);
    for (const [index, batch] of batches.entries()) {
      counts.add("deliveries", batch.length);
      const refused = new Set(back[index]);
      for (const [place, { sent_at }] of batch.entries()) {
        if (!refused.has(place)) lags.stored(sent_at, now);
      }
      const returned = batch.filter((_, place) => refused.has(place) || dice.chance(LOST_ACKS));
      counts.add("deliveries that came again", returned.length);
      again = again.concat(returned.map((flight) => ({ ...flight, attempts: flight.attempts + 1 })));
    }
  }
  return lags.figures;
}

/** Bytes of the databases in a folder. */
async function sizeOf(folder: string): Promise<number> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = files
    .filter((file) => file.isFile() && /\.sqlite(-wal)?$/.test(file.name))
    .map(async (file) => (await stat(join(file.parentPath, file.name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

const letterSchema = z.array(z.object({ body: z.string() }));

/** What failed too often lies among the dead letters, and is sent again from there. */
async function replayDeadLetters(worker: BenchWorker, database: SqlDatabase, counts: Counts): Promise<void> {
  const letters = letterSchema.parse(await query(database, "SELECT body FROM dead_letters")).map(({ body }) => body);
  await query(database, "DELETE FROM dead_letters");
  counts.add("dead letters sent again", letters.length);
  await worker.ask({ kind: "deliver", batches: [], letters, fault_rate: 0, seed: 0 }, deliverResultSchema);
}

const countSchema = z.tuple([z.object({ n: z.int() })]);

const rollupSchema = z.array(
  z.object({
    key: z.string(),
    requests: z.int(),
    cost_nano_usd: z.string(),
    input_tokens: z.int(),
    output_tokens: z.int(),
    latency_ms_sum: z.int(),
  }),
);

const ROLLUP = `
  SELECT org_id || '|' || hour || '|' || wallet_id || '|' || team_id || '|' || cost_center || '|' || key_id || '|' ||
      provider_id || '|' || model || '|' || feature || '|' || outcome || '|' || status AS key,
    requests, CAST(cost_nano_usd AS TEXT) AS cost_nano_usd, input_tokens, output_tokens, latency_ms_sum
  FROM rollup_hourly WHERE hour >= ? AND hour < ?`;

async function compare(database: SqlDatabase, expected: Expected, violations: Violations, counts: Counts) {
  const tables = [
    ["request_log", "SELECT COUNT(*) AS n FROM request_log", expected.completed],
    ["request_adjustments", "SELECT COUNT(*) AS n FROM request_adjustments", expected.adjusted],
    ["wallet_events", "SELECT COUNT(*) AS n FROM wallet_events", expected.thresholds],
  ] as const;
  for (const [table, sql, rows] of tables) {
    const [{ n }] = countSchema.parse(await query(database, sql));
    counts.add(`rows of ${table}`, n);
    violations.expect(n === rows, () => `${table} has ${n} rows, not ${rows}`);
  }
  let rows = 0;
  // An hour at a time: what one answer may hold has a limit.
  for (let hour = FROM; hour < TO; hour += 3_600_000) {
    for (const row of rollupSchema.parse(await query(database, ROLLUP, hour, hour + 3_600_000))) {
      rows += 1;
      const sums = expected.rollup.get(row.key);
      const same =
        sums !== undefined &&
        sums.requests === row.requests &&
        sums.cost_nano_usd === BigInt(row.cost_nano_usd) &&
        sums.input_tokens === row.input_tokens &&
        sums.output_tokens === row.output_tokens &&
        sums.latency_ms_sum === row.latency_ms_sum;
      violations.expect(same, () => `rollup row ${row.key} is ${JSON.stringify(row)}`);
    }
  }
  counts.add("rows of rollup_hourly", rows);
  violations.expect(rows === expected.rollup.size, () => `the rollup has ${rows} rows, not ${expected.rollup.size}`);
}
