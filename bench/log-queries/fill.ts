import { DatabaseSync } from "node:sqlite";
import { BY_BUCKET, COUNT_LATENCIES } from "../../schema/rollup/count-latencies.ts";
import { FOLD_HOURS } from "../../schema/rollup/days.ts";
import { BY_DIMENSIONS, SUM_POSTINGS } from "../../schema/rollup/sum-postings.ts";
import { readMigrations } from "../../scripts/platform/migrations.ts";
import { appSlots, endingSlots, ORG, OTHER_ORG, timeSlots } from "./lookups.ts";

/** The requests end at 2026-11-26T00:00:00Z. */
export const TO = Date.UTC(2026, 10, 26);
export const DAY_MS = 24 * 60 * 60 * 1000;

/** Rows of one statement: its temporary results stay small. */
const CHUNK = 250_000;
/** One request in so many has a later posting. */
const ADJUSTED = 100;

/**
 * Makes a D1 database as a file, with so many rows in the log, evenly from `begin` on, and the sums of them. Answers the id
 * of a request of the first organisation.
 */
export async function fillLog(file: string, rows: number, begin: number): Promise<string> {
  const database = new DatabaseSync(file, { enableForeignKeyConstraints: false });
  // Nobody else has it, and a file that a crash broke is made anew.
  database.exec("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA cache_size = -2000000");
  for (const { sql } of await readMigrations()) database.exec(sql.replaceAll("--> statement-breakpoint", ""));
  makeLookups(database);
  // Sorted once they are all there is much less work than one by one.
  const indexes = database
    .prepare(
      "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'request_log' AND sql IS NOT NULL",
    )
    .all();
  for (const { name } of indexes) database.exec(`DROP INDEX "${String(name)}"`);
  for (let from = 0; from < rows; from += CHUNK) {
    const to = Math.min(from + CHUNK, rows);
    database.prepare(INSERT_REQUESTS).run(from, to, begin, (TO - begin) / rows);
    database.prepare(INSERT_ADJUSTMENTS).run(from, to, begin, (TO - begin) / rows);
  }
  for (const { sql } of indexes) database.exec(String(sql));
  for (let day = begin; day < TO; day += DAY_MS) {
    const within = "WHERE at >= ?1 AND at < ?2";
    database.prepare(`${SUM_POSTINGS} ${within} ${BY_DIMENSIONS}`).run(day, day + DAY_MS);
    database.prepare(`${COUNT_LATENCIES} ${within} ${BY_BUCKET}`).run(day, day + DAY_MS);
  }
  const half = database
    .prepare("SELECT request_id FROM request_log WHERE org_id = ? AND at >= ? ORDER BY at LIMIT 1")
    .get(ORG, (begin + TO) / 2);
  database.close();
  return String(half?.request_id);
}

/** Folds all hours into days, a day of each organisation in a transaction. Answers how many rows of sums there are. */
export function foldLog(file: string, begin: number): Readonly<Record<string, number>> {
  const database = new DatabaseSync(file, { enableForeignKeyConstraints: false });
  database.exec("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA cache_size = -500000");
  const fold = FOLD_HOURS.map((sql) => database.prepare(sql));
  for (const org_id of [ORG, OTHER_ORG]) {
    for (let [from, to] = [0, begin + DAY_MS]; to <= TO; [from, to] = [to, to + DAY_MS]) {
      database.exec("BEGIN");
      for (const statement of fold) statement.run(org_id, from, to);
      database.exec("COMMIT");
    }
  }
  const tables = ["rollup_hourly", "latency_hourly", "rollup_daily", "latency_daily"];
  const rows = tables.map((table) => [table, Number(database.prepare(`SELECT COUNT(*) AS n FROM ${table}`).get()?.n)]);
  database.close();
  return Object.fromEntries(rows);
}

function makeLookups(database: DatabaseSync): void {
  for (const [name, slots] of [
    ["app", appSlots()],
    ["ending", endingSlots()],
    ["took", timeSlots()],
  ] as const) {
    const columns = Object.keys(slots[0] ?? {});
    database.exec(`CREATE TEMP TABLE ${name} (slot INTEGER PRIMARY KEY, ${columns.join(", ")})`);
    database
      .prepare(
        `INSERT INTO ${name} SELECT key, ${columns.map((column) => `value ->> '${column}'`).join(", ")} FROM json_each(?)`,
      )
      .run(JSON.stringify(slots));
  }
}

/** A number's bits mixed: multiplied by one of Knuth's or xxHash's primes, of which the upper 32-bit half is even. */
const mixed = (prime: number): string => `((i * ${prime}) & 4294967295)`;
const [A, B, C, D, E] = [2_654_435_761, 2_246_822_519, 3_266_489_917, 668_265_263, 374_761_393].map(mixed);

const NUMBERED = `
  WITH RECURSIVE numbered(i) AS (SELECT CAST(?1 AS INTEGER) UNION ALL SELECT i + 1 FROM numbered WHERE i + 1 < ?2), drawn AS (
    SELECT i, CAST(?3 + i * ?4 AS INTEGER) AS at, ${A} >> 20 AS app, ${B} >> 24 AS ending, ${C} >> 22 AS took,
      20 + (${D} >> 20) AS input, 1 + (${E} >> 22) AS output, ${E} % 100 AS hundred
    FROM numbered
  )`;

const INSERT_REQUESTS = `
  ${NUMBERED}
  INSERT INTO request_log (
    event_id, request_id, org_id, wallet_id, key_id, at, started_at, route, dialect, provider_id, provider_kind, model,
    upstream_model, upstream_request_id, stream, outcome, status, error_code, finish_reason, cost_nano_usd,
    hold_nano_usd, usage, input_tokens, output_tokens, usage_source, estimated, unsettled, unpriced, price_id, attempts,
    latency_ms, first_byte_ms, feature, tags, subject, country, trace_id, routing, cost_center, team_id, batch_id
  )
  SELECT wallet_id || ':' || i, printf('req_%026d', i), org_id, wallet_id, key_id, at, at - latency_ms,
    'chat.completions', 'openai-chat', provider_id, provider_id, model, substr(model, instr(model, '/') + 1),
    printf('chatcmpl-%029d', i), hundred % 2, outcome, status, error_code,
    CASE WHEN status = 200 THEN 'stop' END, CASE WHEN status < 500 THEN input * 1250 + output * 10000 ELSE 0 END,
    20000000, json_object('input', input, 'output', output), input, output, 'provider', 0, 0, '[]',
    model || '@2026-01-01', 1, latency_ms, first_byte_ms, feature,
    CASE WHEN hundred < 70 THEN '{"env":"prod","release":"r' || (i / 100000) || '"}' WHEN hundred < 90 THEN '{"env":"test"}' ELSE '{}' END,
    CASE WHEN hundred < 60 THEN 'user-' || (i * 7919 % 20000) END, country, NULL,
    CASE WHEN hundred < 30 THEN json_object('asked', 'fast', 'rule_id', 'rule_' || (hundred % 10), 'rule', 'By price',
      'how', 'cheapest', 'passed_over', json('[]'), 'passed_over_more', 0,
      'candidates', json_array(json_object('model', model, 'cost_nano_usd', 1000))) END,
    cost_center, team_id, 'batch_' || (i / 100)
  FROM drawn JOIN app ON app.slot = drawn.app JOIN ending ON ending.slot = drawn.ending JOIN took ON took.slot = drawn.took`;

/** Now a correction, now an overage, a minute after the request. */
const INSERT_ADJUSTMENTS = `
  ${NUMBERED}
  INSERT INTO request_adjustments (
    event_id, request_id, org_id, wallet_id, key_id, at, provider_id, model, feature, reason, cost_nano_usd,
    input_tokens, output_tokens, record, tags, subject, country, cost_center, team_id, batch_id
  )
  SELECT wallet_id || ':a' || i, printf('req_%026d', i), org_id, wallet_id, key_id, at + 60000, provider_id, model, feature,
    CASE hundred % 2 WHEN 0 THEN 'overage' ELSE 'correction' END, CASE hundred % 2 WHEN 0 THEN 5000 ELSE -5000 END,
    0, 0, NULL, '{}', NULL, country, cost_center, team_id, 'batch_' || (i / 100)
  FROM drawn JOIN app ON app.slot = drawn.app WHERE i % ${ADJUSTED} = 0 AND at + 60000 < ${TO}`;
