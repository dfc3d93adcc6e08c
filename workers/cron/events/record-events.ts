import type { Database } from "../env.ts";
import { addBatchToRollup } from "../rollup/add-batch.ts";
import { type Rows, rowsOf, type StoredEvent } from "./rows.ts";

/** How many events were new, and how many D1 had already. */
export interface Recorded {
  readonly inserted: number;
  readonly duplicates: number;
}

/**
 * Writes events to the log and adds to the rollup what is new, in one D1 transaction, so that an event counts once
 * however often it comes: rows are inserted by their event id, each new row carries `batch_id`, and the rollup adds up
 * the rows with this `batch_id`. D1 runs one transaction at a time, so a concurrent batch sees all of this or nothing.
 *
 * `batch_id` must be new with every call, also when the same events are tried again: after a write that failed with
 * an unknown outcome the rows may be there under the old one, counted. Throws what D1 throws; then nothing is known.
 */
export async function recordEvents(db: Database, events: readonly StoredEvent[], batch_id: string): Promise<Recorded> {
  const rows = rowsOf(events);
  const inserts = insertStatements(db, rows, batch_id);
  if (inserts.length === 0) return { inserted: 0, duplicates: 0 };
  const event_ids = [...rows.requests, ...rows.adjustments].map((row) => row.event_id);
  const rollup = event_ids.length === 0 ? [] : [addBatchToRollup(db, batch_id, event_ids)];
  const results = await db.batch([...inserts, ...rollup]);
  const inserted = results.slice(0, inserts.length).reduce((sum, result) => sum + result.meta.changes, 0);
  return { inserted, duplicates: events.length - inserted };
}

/**
 * Rows travel as one JSON parameter: a statement takes no more than 100 parameters, and D1 binds every number as a
 * real, while the JSON functions read integers as integers, exactly.
 */
function insertStatements(db: Database, rows: Rows, batch_id: string): D1PreparedStatement[] {
  const statements: D1PreparedStatement[] = [];
  if (rows.requests.length > 0) {
    statements.push(db.prepare(INSERT_REQUESTS).bind(JSON.stringify(rows.requests), batch_id));
  }
  if (rows.adjustments.length > 0) {
    statements.push(db.prepare(INSERT_ADJUSTMENTS).bind(JSON.stringify(rows.adjustments), batch_id));
  }
  if (rows.wallet_events.length > 0) {
    statements.push(db.prepare(INSERT_WALLET_EVENTS).bind(JSON.stringify(rows.wallet_events)));
  }
  return statements;
}

const INSERT_REQUESTS = `
  INSERT INTO request_log (
    event_id, request_id, org_id, wallet_id, key_id, at, started_at, route, dialect, provider_id, provider_kind, model,
    upstream_model, upstream_request_id, stream, outcome, status, error_code, finish_reason, cost_nano_usd,
    hold_nano_usd, usage, input_tokens, output_tokens, usage_source, estimated, unsettled, unpriced, price_id, attempts,
    latency_ms, first_byte_ms, feature, tags, subject, country, trace_id, routing, cost_center, team_id,
    batch_id
  )
  SELECT
    value ->> 'event_id', value ->> 'request_id', value ->> 'org_id', value ->> 'wallet_id', value ->> 'key_id',
    value ->> 'at', value ->> 'started_at', value ->> 'route', value ->> 'dialect', value ->> 'provider_id',
    value ->> 'provider_kind', value ->> 'model', value ->> 'upstream_model', value ->> 'upstream_request_id',
    value ->> 'stream', value ->> 'outcome', value ->> 'status', value ->> 'error_code', value ->> 'finish_reason',
    value ->> 'cost_nano_usd', value ->> 'hold_nano_usd', value ->> 'usage', value ->> 'input_tokens',
    value ->> 'output_tokens', value ->> 'usage_source', value ->> 'estimated', value ->> 'unsettled',
    value ->> 'unpriced', value ->> 'price_id', value ->> 'attempts', value ->> 'latency_ms',
    value ->> 'first_byte_ms', value ->> 'feature', value ->> 'tags', value ->> 'subject', value ->> 'country',
    value ->> 'trace_id', value ->> 'routing', value ->> 'cost_center', value ->> 'team_id', ?2
  FROM json_each(?1) WHERE true
  ON CONFLICT (event_id) DO NOTHING`;

const INSERT_ADJUSTMENTS = `
  INSERT INTO request_adjustments (
    event_id, request_id, org_id, wallet_id, key_id, at, provider_id, model, feature, reason, cost_nano_usd,
    input_tokens, output_tokens, record, cost_center, team_id, batch_id
  )
  SELECT
    value ->> 'event_id', value ->> 'request_id', value ->> 'org_id', value ->> 'wallet_id', value ->> 'key_id',
    value ->> 'at', value ->> 'provider_id', value ->> 'model', value ->> 'feature', value ->> 'reason',
    value ->> 'cost_nano_usd', value ->> 'input_tokens', value ->> 'output_tokens', value ->> 'record',
    value ->> 'cost_center', value ->> 'team_id', ?2
  FROM json_each(?1) WHERE true
  ON CONFLICT (event_id) DO NOTHING`;

const INSERT_WALLET_EVENTS = `
  INSERT INTO wallet_events (event_id, org_id, wallet_id, at, type, payload)
  SELECT
    value ->> 'event_id', value ->> 'org_id', value ->> 'wallet_id', value ->> 'at', value ->> 'type',
    value ->> 'payload'
  FROM json_each(?1) WHERE true
  ON CONFLICT (event_id) DO NOTHING`;
