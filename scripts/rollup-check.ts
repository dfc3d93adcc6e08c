import { parseArgs } from "node:util";
import { formatTime } from "../schema/kernel/time.ts";
import { CHECK_DAYS, CHECK_LATENCY_DAYS, REBUILD_DAYS } from "../schema/rollup/days.ts";
import { CHECK_CACHE, CHECK_LATENCIES, CHECK_SUMS, LOG_BEGINS, REBUILD } from "../schema/rollup/statements.ts";
import { ClearError, errorText } from "./platform/clear-error.ts";
import { dataFolder } from "./platform/data-folder.ts";
import { withDatabase } from "./platform/local-database.ts";
import { remoteDatabase } from "./platform/remote-database.ts";
import { query, type SqlDatabase, type SqlRow } from "./platform/sql-database.ts";
import { table } from "./platform/table.ts";

/** `npm run rollup:check`: the hourly sums against the request log that they are the sums of, the daily against the hourly. */

const USAGE = `npm run rollup:check -- [--from <time>] [--to <time>] [--rebuild] [--remote] [--json]

Compares the hourly sums, those of the cache among them, with the request log, hour by
hour, and the daily sums with the hours that are folded into them, and names what
differs. The last 31 days unless --from and --to say otherwise (2026-11-26 or
2026-11-26T14:00:00Z). While the platform runs, it is asked.

--rebuild   makes the sums of every hour and day anew in which something differs
--remote    the deployment's D1, by wrangler and its login
--json      the result as JSON

Ends with 0 when all is equal, 1 when something differs, 2 when it could not be looked at.`;

const OPTIONS = {
  from: { type: "string" },
  to: { type: "string" },
  rebuild: { type: "boolean", default: false },
  remote: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DIFFERS = 1;
const NOT_LOOKED_AT = 2;

interface Range {
  readonly from: number;
  readonly to: number;
}

try {
  await main();
} catch (error) {
  console.error(error instanceof ClearError ? error.message : error);
  // Neither equal nor different.
  process.exitCode = NOT_LOOKED_AT;
}

async function main(): Promise<void> {
  const options = parse();
  if (options.help) return console.log(USAGE);
  const range = rangeOf(options.from, options.to);
  const work = (database: SqlDatabase) => check(database, range, options.rebuild);
  const report = options.remote ? await work(remoteDatabase()) : await withDatabase(dataFolder(), work);
  console.log(options.json ? JSON.stringify(report, null, 2) : text(report));
  const mended = report.rebuilt.length + report.rebuilt_days.length > 0;
  process.exitCode = differing(report).length === 0 || mended ? 0 : DIFFERS;
}

function parse() {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    throw new ClearError(`${errorText(error)}\n\n${USAGE}`);
  }
}

function rangeOf(from: string | undefined, to: string | undefined): Range {
  const end = to === undefined ? Math.floor(Date.now() / HOUR_MS + 1) * HOUR_MS : time("--to", to);
  const range = { from: from === undefined ? end - 31 * DAY_MS : time("--from", from), to: end };
  if (range.from < range.to) return range;
  throw new ClearError("--from must be before --to.");
}

function time(option: string, value: string): number {
  const at = Date.parse(value);
  if (Number.isNaN(at)) throw new ClearError(`${option} must be a time such as 2026-11-26 or 2026-11-26T14:00:00Z.`);
  return Math.floor(at / HOUR_MS) * HOUR_MS;
}

/** What differs; each row as it was found first. */
interface Differences {
  readonly sums: readonly SqlRow[];
  readonly latencies: readonly SqlRow[];
  /** What the response cache did and saved. */
  readonly cache: readonly SqlRow[];
  /** Of days of UTC; the same of counts. */
  readonly days: readonly SqlRow[];
  readonly latency_days: readonly SqlRow[];
}

interface Rebuilt {
  /** The beginnings of hours that were made anew with their days, and of days alone. */
  readonly rebuilt: readonly number[];
  readonly rebuilt_days: readonly number[];
}

interface Report extends Range, Differences, Rebuilt {}

function differing({ sums, latencies, cache, days, latency_days }: Differences): readonly SqlRow[] {
  return [sums, latencies, cache, days, latency_days].flat();
}

/** Where the log was deleted, days alone. */
async function check(database: SqlDatabase, { from: wanted, to }: Range, rebuild: boolean): Promise<Report> {
  const [mark] = await query(database, "SELECT cursor FROM job_state WHERE job = ?", LOG_BEGINS);
  const hours = { from: Math.max(wanted, Number(mark?.cursor ?? 0)), to };
  const days = { from: Math.floor(wanted / DAY_MS) * DAY_MS, to: Math.ceil(to / DAY_MS) * DAY_MS };
  const find = async (): Promise<Differences> => ({
    sums: await differences(database, CHECK_SUMS, hours),
    latencies: await differences(database, CHECK_LATENCIES, hours),
    cache: await differences(database, CHECK_CACHE, hours),
    days: await differences(database, CHECK_DAYS, days),
    latency_days: await differences(database, CHECK_LATENCY_DAYS, days),
  });
  const found = await find();
  const mended = rebuild ? await mend(database, found, find) : { rebuilt: [], rebuilt_days: [] };
  return { ...hours, ...found, ...mended };
}

/** Makes anew what differs. Of a day no more than a hundred rows are found at once, so it is looked at again until none is. */
async function mend(database: SqlDatabase, found: Differences, find: () => Promise<Differences>): Promise<Rebuilt> {
  const [hours, days] = [new Set<number>(), new Set<number>()];
  for (let left = found; ; left = await find()) {
    const of_hours = timesOf("hour", [...left.sums, ...left.latencies, ...left.cache]).filter((at) => !hours.has(at));
    const of_days = timesOf("day", [...left.days, ...left.latency_days]).filter((at) => !days.has(at));
    if (of_hours.length + of_days.length === 0) break;
    for (const hour of of_hours) await makeAnew(database, REBUILD, hour, hour + HOUR_MS);
    for (const day of of_days) await makeAnew(database, REBUILD_DAYS, day, day + DAY_MS);
    for (const hour of of_hours) hours.add(hour);
    for (const day of of_days) days.add(day);
  }
  return { rebuilt: [...hours].sort(ascending), rebuilt_days: [...days].sort(ascending) };
}

function ascending(a: number, b: number): number {
  return a - b;
}

/** What a statement finds, day by day: one over a month may be longer than a database gives it. */
async function differences(database: SqlDatabase, statement: string, range: Range): Promise<readonly SqlRow[]> {
  const found: SqlRow[] = [];
  for (let from = range.from; from < range.to; from += DAY_MS) {
    found.push(...(await query(database, statement, from, Math.min(from + DAY_MS, range.to))));
  }
  return found;
}

function timesOf(column: "hour" | "day", rows: readonly SqlRow[]): readonly number[] {
  return [...new Set(rows.map((row) => Number(row[column])))].sort(ascending);
}

async function makeAnew(database: SqlDatabase, statements: readonly string[], from: number, to: number): Promise<void> {
  await database.batch(statements.map((sql) => ({ sql, params: [from, to] })));
}

function text(report: Report): string {
  const { from, to, sums, latencies, cache, days, latency_days, rebuilt, rebuilt_days } = report;
  const lines = [`Hours from ${formatTime(from)} to ${formatTime(to)}, and their days.`];
  if (differing(report).length === 0) return [...lines, "All sums are those of the log."].join("\n");
  if (sums.length > 0) lines.push("", "Sums, as sum minus log:", shown("hour", sums));
  if (latencies.length > 0) lines.push("", "Counts of latencies, as count minus log:", shown("hour", latencies));
  if (cache.length > 0) lines.push("", "Figures of the cache, as sum minus log:", shown("hour", cache));
  if (days.length > 0) lines.push("", "Daily sums, as day minus hours:", shown("day", days));
  if (latency_days.length > 0) {
    lines.push("", "Daily counts of latencies, as day minus hours:", shown("day", latency_days));
  }
  const mended = rebuilt.length + rebuilt_days.length > 0;
  lines.push(
    "",
    mended
      ? `Made anew: ${rebuilt.length} hours with their days, ${rebuilt_days.length} days.`
      : "Make them anew with --rebuild.",
  );
  return lines.join("\n");
}

/** Each row as its place and the figures that differ. */
function shown(time: "hour" | "day", rows: readonly SqlRow[]): string {
  const cells = rows.map((row) => {
    const { org_id, [time]: at, ...rest } = row;
    const named = Object.entries(rest);
    const place = named.filter(([, value]) => typeof value === "string" && !/^-?\d+$/.test(value) && value !== "");
    const figures = named.filter(([name, value]) => isFigure(name, value));
    return [
      formatTime(Number(at)),
      String(org_id),
      place.map(([, value]) => String(value)).join(" "),
      figures.map(([name, value]) => `${name} ${value}`).join(", "),
    ];
  });
  return table([time, "org", "of", "differs by"], cells);
}

function isFigure(name: string, value: unknown): boolean {
  const number = typeof value === "number" || /^-?\d+$/.test(String(value));
  return number && Number(value) !== 0 && !["status", "bucket"].includes(name);
}
