import { parseArgs } from "node:util";
import { formatTime, formatTimeOrNull } from "../schema/kernel/time.ts";
import { ClearError, errorText, runMain } from "./platform/clear-error.ts";
import { dataFolder } from "./platform/data-folder.ts";
import { withDatabase } from "./platform/local-database.ts";
import { remoteDatabase } from "./platform/remote-database.ts";
import { query, type SqlDatabase, type SqlRow } from "./platform/sql-database.ts";
import { table } from "./platform/table.ts";

/** `npm run dead-letters`: messages of the queue of events that could not be consumed, and their replay. */

const USAGE = `npm run dead-letters -- list [--replayed] [--limit <n>] [--json]
npm run dead-letters -- show <id>
npm run dead-letters -- replay <id> … | --all

list      those that were never replayed, newest first, 50 unless --limit says
          otherwise; --replayed has the others too; --json has the messages as well
show      one with its message
replay    asks for a replay: the cron worker sends them through their queue again
          within a minute, or when it runs again. An event counts once, however
          often it is sent. What fails again is a new dead letter.

--remote  the deployment's D1, by wrangler and its login`;

const OPTIONS = {
  all: { type: "boolean", default: false },
  replayed: { type: "boolean", default: false },
  limit: { type: "string", default: "50" },
  remote: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

type Options = ReturnType<typeof parse>["values"];
type Work = (database: SqlDatabase) => Promise<void>;

const LIMIT_MAX = 10_000;
/** Ids in one statement. */
const PIECE = 500;
const COLUMNS = "id, queue, at, attempts, reason, body, replayed_at, replay_asked_at";

await runMain(async () => {
  const { values: options, positionals } = parse();
  const [command, ...ids] = positionals;
  if (options.help || command === undefined) {
    console.log(USAGE);
    return;
  }
  const work = commandOf(command, ids, options);
  await (options.remote ? work(remoteDatabase()) : withDatabase(dataFolder(), work));
});

function parse() {
  try {
    return parseArgs({ options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new ClearError(`${errorText(error)}\n\n${USAGE}`);
  }
}

function commandOf(command: string, ids: readonly string[], options: Options): Work {
  const [id] = ids;
  switch (command) {
    case "list":
      if (id !== undefined) throw new ClearError(`list takes no id.\n\n${USAGE}`);
      return (database) => list(database, options, limitOf(options.limit));
    case "show":
      if (id === undefined || ids.length > 1) throw new ClearError(`show takes one id.\n\n${USAGE}`);
      return (database) => show(database, id);
    case "replay":
      if (ids.length > 0 === options.all) throw new ClearError(`replay takes ids, or --all.\n\n${USAGE}`);
      return (database) => replay(database, options.all ? "all" : [...new Set(ids)]);
    default:
      throw new ClearError(`There is no command ${command}.\n\n${USAGE}`);
  }
}

function limitOf(text: string): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= LIMIT_MAX) return limit;
  throw new ClearError(`--limit takes a whole number from 1 to ${LIMIT_MAX}.`);
}

async function list(database: SqlDatabase, { replayed, json }: Options, limit: number): Promise<void> {
  const which = replayed ? "" : "WHERE replayed_at IS NULL";
  const [rows = [], [count] = []] = await database.batch([
    { sql: `SELECT ${COLUMNS} FROM dead_letters ${which} ORDER BY at DESC, id DESC LIMIT ?`, params: [limit] },
    { sql: `SELECT count(*) AS n FROM dead_letters ${which}` },
  ]);
  if (json) {
    console.log(JSON.stringify(rows.map(publicRow), null, 2));
    return;
  }
  const in_all = Number(count?.n ?? 0);
  if (in_all === 0) console.log(replayed ? "There are no dead letters." : "No dead letter waits.");
  else console.log(table(["id", "at", "queue", "attempts", "replay", "reason"], rows.map(cells), { right: [3] }));
  if (in_all > rows.length) console.log(`\n${in_all - rows.length} more, see --limit.`);
}

function timeOf(value: unknown): string | null {
  return formatTimeOrNull(value === null ? null : Number(value));
}

function publicRow({ at, replayed_at, replay_asked_at, body, ...row }: SqlRow) {
  return {
    ...row,
    at: timeOf(at),
    replayed_at: timeOf(replayed_at),
    replay_asked_at: timeOf(replay_asked_at),
    // Always JSON: see workers/cron/dead-letters/store.ts.
    body: JSON.parse(String(body)),
  };
}

function cells(row: SqlRow): readonly string[] {
  const replay = row.replay_asked_at === null ? (timeOf(row.replayed_at) ?? "never") : "asked for";
  return [
    String(row.id),
    formatTime(Number(row.at)),
    String(row.queue),
    String(row.attempts),
    replay,
    String(row.reason),
  ];
}

async function show(database: SqlDatabase, id: string): Promise<void> {
  const [row] = await query(database, `SELECT ${COLUMNS} FROM dead_letters WHERE id = ?`, id);
  if (row === undefined) throw unknown([id]);
  console.log(JSON.stringify(publicRow(row), null, 2));
}

async function replay(database: SqlDatabase, ids: readonly string[] | "all"): Promise<void> {
  const asked = ids === "all" ? await askForAll(database) : await askFor(database, ids);
  const when = "They are sent within a minute, or when the platform runs again; `list` says which were not yet.";
  console.log(asked === 0 ? "No dead letter waits." : `Asked for ${asked}. ${when}`);
}

async function askForAll(database: SqlDatabase): Promise<number> {
  const sql = "UPDATE dead_letters SET replay_asked_at = ? WHERE replayed_at IS NULL RETURNING id";
  return (await query(database, sql, Date.now())).length;
}

/** All of them or none: an id that is none is a mistake. */
async function askFor(database: SqlDatabase, ids: readonly string[]): Promise<number> {
  const pieces = Array.from({ length: Math.ceil(ids.length / PIECE) }, (_, at) =>
    JSON.stringify(ids.slice(at * PIECE, (at + 1) * PIECE)),
  );
  const NAMED = "id IN (SELECT value FROM json_each(?))";
  const found = await database.batch(
    pieces.map((piece) => ({ sql: `SELECT id FROM dead_letters WHERE ${NAMED}`, params: [piece] })),
  );
  const known = new Set(found.flat().map(({ id }) => id));
  const missing = ids.filter((id) => !known.has(id));
  if (missing.length > 0) throw unknown(missing);
  const sql = `UPDATE dead_letters SET replay_asked_at = ? WHERE ${NAMED}`;
  await database.batch(pieces.map((piece) => ({ sql, params: [Date.now(), piece] })));
  return ids.length;
}

function unknown(ids: readonly string[]): ClearError {
  const named = ids.slice(0, 5).join(", ");
  return new ClearError(`There is no dead letter ${named}. See \`npm run dead-letters -- list --replayed\`.`);
}
