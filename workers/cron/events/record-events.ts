import { insertAlert } from "../../../schema/notifications/alert.ts";
import type { Database } from "../env.ts";
import { addToTotals } from "../metrics/add-to-totals.ts";
import { alertsOfEvents } from "../notifications/alerts-of-events.ts";
import { addBatchToRollups } from "../rollup/add-batch.ts";
import { addBatchToCache } from "../rollup/add-cache.ts";
import { addBatchToExperiments, attributeFeedback } from "../rollup/add-experiments.ts";
import {
  type AdjustmentRow,
  type RequestRow,
  type Rows,
  rowsOf,
  type StoredEvent,
  type WalletEventRow,
} from "./rows.ts";

/** How many events were new, and how many D1 had already. */
export interface Recorded {
  readonly inserted: number;
  readonly duplicates: number;
  /** Alerts that are new, and for somebody to be told of. */
  readonly alerts: number;
  /** The requests among the new ones. */
  readonly requests: readonly RequestRow[];
}

/**
 * Writes events to the log and adds to the rollups what is new, in one D1 transaction, so that an event counts once
 * however often it comes: rows are inserted by their event id, each new row carries `batch_id`, and the rollups add up
 * the rows with this `batch_id`. What of them somebody has to be told is written as an alert with them. D1 runs one
 * transaction at a time, so a concurrent batch sees all of this or nothing.
 *
 * `batch_id` must be new with every call, also when the same events are tried again: after a write that failed with
 * an unknown outcome the rows may be there under the old one, counted. Throws what D1 throws; then nothing is known.
 */
export async function recordEvents(
  db: Database,
  events: readonly StoredEvent[],
  batch_id: string,
  now: number,
): Promise<Recorded> {
  const rows = rowsOf(events);
  const inserts = insertStatements(db, rows, batch_id);
  if (inserts.length === 0) return { inserted: 0, duplicates: 0, requests: [], alerts: 0 };
  const postings = [...rows.requests, ...rows.adjustments];
  const event_ids = idsOf(postings);
  const rollup = postings.length === 0 ? [] : addBatchToRollups(db, batch_id, postings);
  const request_ids = idsOf(rows.requests);
  const feedback = request_ids.length === 0 ? [] : attributeFeedback(db, batch_id, request_ids);
  // Most requests are in no experiment and ask no cache: what has nothing to look at is no statement.
  const compared = idsOf(rows.requests.filter(inExperiment));
  const experiments = compared.length === 0 ? [] : addBatchToExperiments(db, batch_id, compared);
  const asked_cache = idsOf(rows.requests.filter(({ cache }) => cache !== null));
  const cache = asked_cache.length === 0 ? [] : addBatchToCache(db, batch_id, asked_cache);
  const totals = event_ids.length === 0 ? [] : addToTotals(db, batch_id, event_ids, asked_cache);
  const told = await Promise.all(alertsOfEvents(events).map((alert) => insertAlert(alert, now)));
  const alerts = told.map(({ sql, params }) => db.prepare(sql).bind(...params));
  const results = await db.batch<{ readonly event_id: string }>([
    ...inserts,
    ...alerts,
    ...rollup,
    ...feedback,
    ...experiments,
    ...cache,
    ...totals,
  ]);
  const changes = (from: number, to: number): number =>
    results.slice(from, to).reduce((sum, result) => sum + result.meta.changes, 0);
  const inserted = changes(0, inserts.length);
  const returned = rows.requests.length === 0 ? [] : (results[0]?.results ?? []);
  const new_ids = new Set(returned.map(({ event_id }) => event_id));
  const requests = rows.requests.filter(({ event_id }) => new_ids.has(event_id));
  const new_alerts = changes(inserts.length, inserts.length + alerts.length);
  return { inserted, duplicates: events.length - inserted, requests, alerts: new_alerts };
}

const idsOf = (rows: readonly { readonly event_id: string }[]): readonly string[] =>
  rows.map(({ event_id }) => event_id);

const inExperiment = ({ routing }: RequestRow): boolean =>
  typeof routing === "object" && routing !== null && "experiment" in routing && routing.experiment !== null;

/**
 * Rows travel as one JSON parameter: a statement takes no more than 100 parameters, and D1 binds every number as a
 * real, while the JSON functions read integers as integers, exactly.
 */
function insertStatements(db: Database, rows: Rows, batch_id: string): D1PreparedStatement[] {
  const statements: D1PreparedStatement[] = [];
  if (rows.requests.length > 0) {
    statements.push(db.prepare(INSERT_REQUESTS).bind(inOrder(rows.requests, REQUEST_COLUMNS), batch_id));
  }
  if (rows.adjustments.length > 0) {
    statements.push(db.prepare(INSERT_ADJUSTMENTS).bind(inOrder(rows.adjustments, ADJUSTMENT_COLUMNS), batch_id));
  }
  if (rows.wallet_events.length > 0) {
    statements.push(db.prepare(INSERT_WALLET_EVENTS).bind(inOrder(rows.wallet_events, WALLET_EVENT_COLUMNS)));
  }
  return statements;
}

/** Rows as JSON arrays of their columns' values. */
const inOrder = <Row>(rows: readonly Row[], columns: readonly (keyof Row)[]): string =>
  JSON.stringify(rows.map((row) => columns.map((column) => row[column] ?? null)));

/**
 * Each row is made binary once, and a value found by its place: by name and from text, SQLite would look through the row's
 * names, or parse it, for each of its columns, which took most of the time of a whole batch.
 */
const insertInto = (table: string, columns: readonly string[], batch: boolean): string => `
  WITH given(row) AS MATERIALIZED (SELECT jsonb(value) FROM json_each(?1))
  INSERT INTO ${table} (${columns.join(", ")}${batch ? ", batch_id" : ""})
  SELECT ${columns.map((_, place) => `row ->> ${place}`).join(", ")}${batch ? ", ?2" : ""} FROM given WHERE true
  ON CONFLICT (event_id) DO NOTHING`;

const REQUEST_COLUMNS = [
  "event_id",
  "request_id",
  "org_id",
  "wallet_id",
  "key_id",
  "at",
  "started_at",
  "route",
  "dialect",
  "provider_id",
  "provider_kind",
  "model",
  "upstream_model",
  "upstream_request_id",
  "stream",
  "outcome",
  "status",
  "error_code",
  "finish_reason",
  "cost_nano_usd",
  "hold_nano_usd",
  "usage",
  "input_tokens",
  "output_tokens",
  "usage_source",
  "estimated",
  "unsettled",
  "unpriced",
  "price_id",
  "attempts",
  "latency_ms",
  "first_byte_ms",
  "feature",
  "tags",
  "subject",
  "country",
  "trace_id",
  "routing",
  "cost_center",
  "team_id",
  "cache",
  "cache_score",
  "cache_detail",
  "saved_nano_usd",
  "saved_ms",
] as const satisfies readonly (keyof RequestRow)[];

const ADJUSTMENT_COLUMNS = [
  "event_id",
  "request_id",
  "org_id",
  "wallet_id",
  "key_id",
  "at",
  "provider_id",
  "model",
  "feature",
  "reason",
  "cost_nano_usd",
  "input_tokens",
  "output_tokens",
  "record",
  "tags",
  "subject",
  "country",
  "cost_center",
  "team_id",
] as const satisfies readonly (keyof AdjustmentRow)[];

const WALLET_EVENT_COLUMNS = [
  "event_id",
  "org_id",
  "wallet_id",
  "at",
  "type",
  "payload",
] as const satisfies readonly (keyof WalletEventRow)[];

const INSERT_REQUESTS = `${insertInto("request_log", REQUEST_COLUMNS, true)}
  RETURNING event_id`;
const INSERT_ADJUSTMENTS = insertInto("request_adjustments", ADJUSTMENT_COLUMNS, true);
const INSERT_WALLET_EVENTS = insertInto("wallet_events", WALLET_EVENT_COLUMNS, false);
