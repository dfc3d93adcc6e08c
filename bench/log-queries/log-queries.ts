import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Findings, Harness, Run } from "../harness/harness.ts";
import { Phases } from "../harness/phases.ts";
import { Violations } from "../harness/violations.ts";
import { figure, table } from "../report/table.ts";
import { startChild } from "../rig/child.ts";
import { type Ask, answerSchema, type Measured } from "./contract.ts";
import { DAY_MS, fillLog, foldLog, TO } from "./fill.ts";
import { ORG, someValues } from "./lookups.ts";

/** `npm run bench -- log-queries`: how long what the console asks of the log takes when the log is long. */
export const logQueries: Harness = {
  about:
    "Fills a database with a year of requests, or so many days, and the sums of them, about 1.7 KB a request, and asks what the\n" +
    "console asks: pages of the request log, each filter, costs, latencies, chargeback, a bill. What sums answer is asked twice:\n" +
    "of the hours alone, and when they are folded into days. Each with its plan: no table of the log may be read from end to\n" +
    "end. SQLite runs in one process, without D1's network.",
  numbers: {
    rows: { usual: 10_000_000, quick: 200_000, least: 100_000, most: 100_000_000, what: "requests in the log" },
    days: { usual: 365, quick: 365, least: 60, most: 1_000, what: "over which they lie evenly" },
    repeats: { usual: 5, quick: 3, least: 1, most: 1_000, what: "how often each is asked, within three seconds" },
  },
  run: runLogQueries,
};

const ANSWERED_WITHIN_MS = 30 * 60 * 1000;

async function runLogQueries(run: Run): Promise<Findings> {
  const phases = new Phases();
  const file = join(run.folder, "log.sqlite");
  const rows = run.number("rows");
  const from = TO - run.number("days") * DAY_MS;
  const request_id = await phases.during("fill", () => fillLog(file, rows, from));
  const hours = await stat(file);
  const child = startChild(join(import.meta.dirname, "..", "console", "ask-console.ts"));
  run.shutdown.add(() => child.stop());
  const values = someValues(request_id);
  const asked = { file, org_id: ORG, from, to: TO, repeats: run.number("repeats"), values };
  const ask = (which: Ask["which"]) => child.ask({ ...asked, which }, answerSchema, ANSWERED_WITHIN_MS);
  const by_hours = await phases.during("queries of hours", () => ask("sums"));
  const sums = await phases.during("fold", async () => foldLog(file, from));
  const { size } = await stat(file);
  const measured = await phases.during("queries", () => ask("all"));
  await child.stop();
  const violations = new Violations();
  const hourly = new Map(by_hours.map((one) => [one.name, one]));
  for (const { name, found } of measured) {
    const before = hourly.get(name)?.found ?? found;
    violations.expect(found === before, () => `${name} finds ${found} in days and hours, ${before} in hours alone`);
  }
  for (const { name, scans } of [...by_hours, ...measured]) {
    violations.expect(scans.length === 0, () => `${name} reads a table from end to end: ${scans.join("; ")}`);
  }
  console.log(
    `\n${table(
      HEADS,
      measured.map((one) => cells(one, hourly.get(one.name) ?? null)),
    )}\n\n${figure(size / 1e9)} GB, ${Math.round(size / rows)} bytes a request, ${Math.round((size - hours.size) / rows)} of them the sums of days\n${JSON.stringify(sums)}`,
  );
  return {
    violations: violations.list,
    figures: { rows, bytes: size, sums, by_hours, measured, seconds: phases.seconds },
  };
}

const HEADS = [
  "asked",
  "found",
  "statements",
  "first ms",
  "median ms",
  "CPU ms",
  "of hours alone",
  "CPU ms",
  "read by",
];

/** A query's row, with what statements and processor it took of hours alone. */
const cells = (
  { name, found, statements, first_ms, median_ms, cpu_ms, plan }: Measured,
  before: Measured | null,
): readonly string[] => [
  name,
  found.toLocaleString("en"),
  String(statements),
  figure(first_ms),
  figure(median_ms),
  figure(cpu_ms),
  before === null ? "" : String(before.statements),
  before === null ? "" : figure(before.cpu_ms),
  [...new Set(plan.map(indexOf))].join(", "),
];

/** The index of a step, without what SQLite calls a primary key's; of a table that is its key, the table. */
const indexOf = (step: string): string => {
  const [, table] = /^SEARCH (\S+) USING PRIMARY KEY/.exec(step) ?? [];
  if (table !== undefined) return table;
  const [, name] = /(?:INDEX|PRIMARY KEY) ?(\S*)/.exec(step) ?? [];
  return (name ?? step).replace(/^sqlite_autoindex_(.*)_1$/, "$1");
};
