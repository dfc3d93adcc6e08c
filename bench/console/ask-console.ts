import { databaseOf } from "../../workers/dashboard/store/database.ts";
import { type Ask, askSchema, type Measured } from "../log-queries/contract.ts";
import { FileD1 } from "./file-d1.ts";
import { type Query, queries } from "./queries.ts";

/** A process that asks a file of D1's what the console asks, and tells how long each took and how it was read. */

process.on("message", (message) => {
  answer(askSchema.parse(message)).then(
    (measured) => process.send?.(measured),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.on("disconnect", () => process.exit(0));

/** What takes long is not asked again and again. */
const ENOUGH_MS = 3_000;

async function answer(ask: Ask): Promise<readonly Measured[]> {
  const file = new FileD1(ask.file);
  const measured: Measured[] = [];
  const asked = queries(ask).filter(({ of_sums }) => ask.which === "all" || of_sums === true);
  for (const query of asked) measured.push(await measure(file, query, ask.repeats));
  file.close();
  return measured;
}

async function measure(file: FileD1, query: Query, repeats: number): Promise<Measured> {
  const times: number[] = [];
  let found = 0;
  let cpu_ms = Number.POSITIVE_INFINITY;
  await query.prepare?.(databaseOf(file.db));
  let ran = file.taken();
  while (times.length < repeats && times.reduce((sum, took) => sum + took, 0) < ENOUGH_MS) {
    const [from, cpu] = [performance.now(), process.cpuUsage()];
    found = await query.run(databaseOf(file.db));
    times.push(performance.now() - from);
    const { user, system } = process.cpuUsage(cpu);
    cpu_ms = Math.min(cpu_ms, (user + system) / 1_000);
    ran = file.taken();
  }
  const steps = new Set(ran.flatMap((statement) => file.plan(statement)).filter((step) => LOG_TABLES.test(step)));
  const sorted = times.toSorted((a, b) => a - b);
  return {
    name: query.name,
    first_ms: times[0] ?? Number.NaN,
    median_ms: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN,
    cpu_ms,
    times: times.length,
    statements: ran.length,
    found,
    plan: [...steps],
    scans: [...steps].filter((step) => step.startsWith("SCAN")),
  };
}

const LOG_TABLES =
  /^(?:SCAN|SEARCH) (?:request_log|request_adjustments|adjustment|rollup_hourly|latency_hourly|rollup_daily|latency_daily)\b/;
