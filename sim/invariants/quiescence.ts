import type { Event } from "../../schema/wire/events.ts";
import type { SimDatabase } from "../world/database.ts";
import type { Host } from "../world/host.ts";
import type { SimQueue } from "../world/queue.ts";
import { checkEndedQuiet } from "./ends.ts";
import type { Fail } from "./local.ts";
import type { TransferChecks } from "./transfers.ts";
import type { TreeChecks } from "./tree.ts";

export interface Quiet {
  readonly hosts: ReadonlyMap<string, Host>;
  readonly tree: TreeChecks;
  readonly transfers: TransferChecks;
  readonly queue: SimQueue;
  readonly database: SimDatabase;
  readonly fail: Fail;
}

/** Rows that are no cost of a request. */
const NO_COSTS: ReadonlySet<string> = new Set([
  "limit",
  "reset",
  "child",
  "top_up",
  "adjustment",
  "transfer_in",
  "transfer_out",
]);

/** What must be true once faults have stopped and time has passed. */
export function checkQuiescence(quiet: Quiet): void {
  for (const host of quiet.hosts.values()) {
    // Nobody ever asked it.
    if (host.books.settings === null) continue;
    holdsEnded(host, quiet.fail);
    accountsAgree(host, quiet);
    logAgrees(host, quiet);
    appendOnly(host, quiet.fail);
    checkEndedQuiet(host, quiet.fail);
  }
  quiet.transfers.quiet();
  if (!quiet.queue.is_idle) quiet.fail("I7", "the queue still has messages");
  eventsOnce([...quiet.queue.taken.values()], quiet.fail);
  rollupAgrees(quiet);
}

function holdsEnded(host: Host, fail: Fail): void {
  for (const id of host.books.holds.keys()) fail("I4", `${host.wallet_id} still holds ${id}`);
  const unsent = number(
    host.disk.rows("SELECT count(*) AS count FROM outbox WHERE seq > (SELECT sent_seq FROM outbox_mark)")[0]?.count,
  );
  if (unsent > 0) fail("I7", `${host.wallet_id} has ${unsent} events in its outbox`);
}

function accountsAgree(host: Host, { hosts, tree, fail }: Quiet): void {
  const { upstream } = host.books;
  if (upstream !== null) {
    const { ask, give } = upstream.messages;
    if (ask !== null || give !== null) fail("I7", `${host.wallet_id} has a message without an answer`);
    if (upstream.unreported !== 0) fail("I7", `${host.wallet_id} has not told of ${upstream.unreported}`);
    const leased = hosts.get(upstream.parent_id)?.books.children.get(host.wallet_id)?.leased ?? 0;
    if (leased !== upstream.leased) {
      fail("I1", `${upstream.parent_id} has leased ${leased} to ${host.wallet_id}, which has ${upstream.leased}`);
    }
  }
  const owed = tree.owedBelow(host);
  if (owed !== 0) fail("I1", `what is spent below ${host.wallet_id} and what it has posted of it differ by ${owed}`);
}

/** The ledger and the rows of the log, in count and sum, by wallet. */
function logAgrees(host: Host, { database, fail }: Quiet): void {
  const counts = { completed: 0, adjusted: 0, posted: 0 };
  let sum = 0;
  for (const { kind, amount } of host.books.rows) {
    if (kind === "overage" || kind === "correction" || kind === "attempt") counts.adjusted += 1;
    else if (kind === "charge" || kind === "release" || kind === "expire") counts.completed += 1;
    else counts.posted += 1;
    if (!NO_COSTS.has(kind)) sum -= amount;
  }
  const of = (table: string, where = ""): { count: number; cost: number } => {
    const cost = table === "wallet_events" ? "0" : "coalesce(sum(cost_nano_usd), 0)";
    const [row] = database.rows(
      `SELECT count(*) AS count, ${cost} AS cost FROM ${table} WHERE wallet_id = ?${where}`,
      host.wallet_id,
    );
    return { count: number(row?.count), cost: number(row?.cost) };
  };
  const requests = of("request_log");
  const adjustments = of("request_adjustments");
  const posted = of("wallet_events", " AND type = 'wallet.posted'");
  const agree = (what: string, actual: number, expected: number): void => {
    if (actual !== expected)
      fail("I7", `${host.wallet_id}: ${what} in the log is ${actual}, in the ledger ${expected}`);
  };
  agree("requests", requests.count, counts.completed);
  agree("adjustments", adjustments.count, counts.adjusted);
  agree("other rows", posted.count, counts.posted);
  agree("cost", requests.cost + adjustments.cost, sum);
  pricesAgree(host, database, fail);
}

/** Each request that was held or charged has one row in the log, at its own price. */
function pricesAgree(host: Host, database: SimDatabase, fail: Fail): void {
  const rows = database.rows("SELECT request_id, price_id FROM request_log WHERE wallet_id = ?", host.wallet_id);
  const logged = new Set<string>();
  for (const row of rows) {
    const id = String(row.request_id);
    if (logged.has(id)) fail("I10", `${id} is twice in the log of ${host.wallet_id}`);
    logged.add(id);
    if (row.price_id !== `price_${id}`) fail("I16", `${id} was held at price_${id} and is logged at ${row.price_id}`);
  }
  for (const id of host.books.endings.keys()) {
    if (!logged.has(id)) fail("I10", `${id} of ${host.wallet_id} has no record`);
  }
}

function appendOnly(host: Host, fail: Fail): void {
  const stored = host.disk.rows("SELECT seq, kind, amount_nano_usd, ref FROM ledger ORDER BY seq");
  const same =
    stored.length === host.books.rows.length &&
    host.books.rows.every((row, index) => {
      const other = stored[index];
      return (
        other?.seq === row.seq &&
        other.kind === row.kind &&
        other.amount_nano_usd === row.amount &&
        other.ref === row.ref
      );
    });
  if (!same) fail("I12", `the ledger of ${host.wallet_id} is not what was written`);
}

/** A threshold, and exhaustion, is told once in a period. */
function eventsOnce(events: readonly Event[], fail: Fail): void {
  const told = new Set<string>();
  for (const event of events) {
    if (event.type !== "wallet.threshold" && event.type !== "wallet.exhausted") continue;
    const percent = event.type === "wallet.threshold" ? event.percent : "";
    const once = `${event.wallet_id} ${event.type} ${percent} of the period of ${event.period_start}`;
    if (told.has(once)) fail("I6", `${once} was told twice`);
    told.add(once);
  }
}

/** The sums by hour are those of the log, and so are the counts of latencies; those by day are those of the hours before the mark. */
function rollupAgrees(quiet: Quiet): void {
  const { database, fail } = quiet;
  const sums = "count(*) AS count, sum(requests) AS requests, sum(cost_nano_usd) AS cost";
  const [hours] = database.rows(`SELECT ${sums} FROM rollup_hourly`);
  const [log] = database.rows(`SELECT ${sums} FROM request_postings`);
  if (number(hours?.requests) !== number(log?.requests) || number(hours?.cost) !== number(log?.cost)) {
    fail("I7", `the sums by hour are ${JSON.stringify(hours)}, the log says ${JSON.stringify(log)}`);
  }
  const delivered = "(outcome IN ('completed', 'cut')) + (first_byte_ms IS NOT NULL)";
  const [counted] = database.rows("SELECT sum(requests) AS latencies FROM latency_hourly");
  const [timed] = database.rows(`SELECT sum(${delivered}) AS latencies FROM request_log`);
  if (number(counted?.latencies) !== number(timed?.latencies)) {
    fail("I7", `${number(counted?.latencies)} latencies are counted, the log has ${number(timed?.latencies)}`);
  }
  daysAgree("rollup", "SUM(requests) AS requests, SUM(cost_nano_usd) AS cost, SUM(output_tokens) AS output", quiet);
  daysAgree("latency", "SUM(requests) AS requests", quiet);
}

function daysAgree(table: "rollup" | "latency", sums: string, { database, fail }: Quiet): void {
  const by = "GROUP BY 1, 2, 3 ORDER BY 1, 2, 3";
  const days = database.rows(`SELECT org_id, day, model, ${sums} FROM ${table}_daily ${by}`);
  const hours = database.rows(`
    SELECT org_id, hour - hour % 86400000 AS day, model, ${sums}
    FROM ${table}_hourly JOIN rollup_folds USING (org_id) WHERE hour < folded_until ${by}`);
  if (JSON.stringify(days) === JSON.stringify(hours)) return;
  fail("I7", `${table}: the days are ${JSON.stringify(days)}, their hours ${JSON.stringify(hours)}`);
}

const number = (value: unknown): number => Number(value ?? 0);
