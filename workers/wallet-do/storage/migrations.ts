import { migrateObject } from "../../../schema/storage/migrate-object.ts";
import {
  FREQUENT_KINDS,
  MOVING_KINDS,
  OWN_KINDS,
  REQUEST_KINDS,
  SPENDING_KINDS,
} from "../../../schema/wire/wallet-rpc.ts";

/**
 * The wallet's tables, as forward-only steps; an object runs those it lacks when it starts. A step that was deployed is
 * never edited, only followed by another: every wallet in the world has run it.
 *
 * STRICT, NOT NULL and CHECK refuse what the language lets through: a float in an integer column, NaN as NULL.
 * Tables with a text key have no rowid, so that a row is one write and not two.
 */
const quoted = (kinds: readonly string[]): string => kinds.map((kind) => `'${kind}'`).join(", ");

/** For `kind IN (…)`: the list itself, so that the partial index fits the queries. */
export const REQUEST_KINDS_SQL = quoted(REQUEST_KINDS);
export const SPENDING_KINDS_SQL = quoted(SPENDING_KINDS);
export const MOVING_KINDS_SQL = quoted(MOVING_KINDS);
export const OWN_KINDS_SQL = quoted(OWN_KINDS);
export const FREQUENT_KINDS_SQL = quoted(FREQUENT_KINDS);

const MIGRATIONS: readonly (readonly string[])[] = [
  [
    `CREATE TABLE wallet (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      version INTEGER NOT NULL CHECK (version >= 1),
      settings TEXT NOT NULL CHECK (json_valid(settings))
    ) STRICT`,
    `CREATE TABLE period (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      start_at INTEGER NOT NULL,
      end_at INTEGER CHECK (end_at > start_at),
      opened_seq INTEGER NOT NULL CHECK (opened_seq >= 0),
      fired_percents TEXT NOT NULL CHECK (json_valid(fired_percents)),
      exhausted_fired INTEGER NOT NULL CHECK (exhausted_fired IN (0, 1)),
      extra_events INTEGER NOT NULL CHECK (extra_events >= 0),
      extra_event_seq INTEGER NOT NULL CHECK (extra_event_seq >= 0)
    ) STRICT`,
    `CREATE TABLE hold (
      request_id TEXT PRIMARY KEY,
      admitted_nano_usd INTEGER NOT NULL CHECK (admitted_nano_usd >= 0),
      hold_nano_usd INTEGER NOT NULL CHECK (hold_nano_usd >= admitted_nano_usd),
      committed_nano_usd INTEGER NOT NULL CHECK (committed_nano_usd BETWEEN 0 AND hold_nano_usd),
      ttl_ms INTEGER NOT NULL CHECK (ttl_ms > 0),
      created_at INTEGER NOT NULL,
      deadline INTEGER NOT NULL CHECK (deadline > created_at),
      price_id TEXT NOT NULL,
      context TEXT NOT NULL CHECK (json_valid(context)),
      idempotency_key_hash TEXT
    ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE ledger (
      seq INTEGER PRIMARY KEY,
      kind TEXT NOT NULL CHECK (kind IN ('limit', 'reset', 'charge', 'overage', 'release', 'expire', 'correction')),
      amount_nano_usd INTEGER NOT NULL,
      balance_nano_usd INTEGER NOT NULL,
      spent_nano_usd INTEGER NOT NULL,
      ref TEXT NOT NULL,
      at INTEGER NOT NULL,
      event_seq INTEGER NOT NULL
    ) STRICT`,
    // How a request ended is read from its ledger rows. Rows that no request caused stay out of it.
    `CREATE INDEX ledger_request ON ledger (ref) WHERE kind NOT IN ('limit', 'reset')`,
    `CREATE TABLE outbox (
      seq INTEGER PRIMARY KEY,
      at INTEGER NOT NULL,
      body TEXT NOT NULL CHECK (json_valid(body))
    ) STRICT`,
    // How far the queue has taken the outbox. One row, so that a batch that was sent is one write.
    `CREATE TABLE outbox_mark (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      sent_seq INTEGER NOT NULL CHECK (sent_seq >= 0)
    ) STRICT`,
    "INSERT INTO outbox_mark (id, sent_seq) VALUES (1, 0)",
    `CREATE TABLE idempotency (
      key_hash TEXT PRIMARY KEY,
      expires_at INTEGER NOT NULL,
      request_id TEXT NOT NULL,
      fingerprint TEXT NOT NULL,
      finished INTEGER NOT NULL CHECK (finished IN (0, 1)),
      answer TEXT CHECK (json_valid(answer))
    ) STRICT`,
    `CREATE INDEX idempotency_request ON idempotency (request_id)`,
    `CREATE TABLE revoked (
      key_id TEXT PRIMARY KEY,
      at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID`,
  ],
  [
    // Kinds are checked in code from here on: a CHECK cannot be widened without copying the ledger again.
    `CREATE TABLE ledger_of_any_kind (
      seq INTEGER PRIMARY KEY,
      kind TEXT NOT NULL CHECK (length(kind) BETWEEN 1 AND 40),
      amount_nano_usd INTEGER NOT NULL,
      balance_nano_usd INTEGER NOT NULL,
      spent_nano_usd INTEGER NOT NULL,
      ref TEXT NOT NULL,
      at INTEGER NOT NULL,
      event_seq INTEGER NOT NULL
    ) STRICT`,
    `INSERT INTO ledger_of_any_kind SELECT seq, kind, amount_nano_usd, balance_nano_usd, spent_nano_usd, ref, at, event_seq
      FROM ledger`,
    "DROP TABLE ledger",
    "ALTER TABLE ledger_of_any_kind RENAME TO ledger",
    `CREATE INDEX ledger_request ON ledger (ref)
      WHERE kind IN ('charge', 'overage', 'release', 'expire', 'correction')`,
    // The account with the wallet above.
    `CREATE TABLE upstream (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      parent_id TEXT NOT NULL,
      leased_nano_usd INTEGER NOT NULL,
      unreported_nano_usd INTEGER NOT NULL,
      unreported_since INTEGER,
      lanes TEXT NOT NULL CHECK (json_valid(lanes))
    ) STRICT`,
    // The accounts of the wallets below.
    `CREATE TABLE child (
      child_id TEXT PRIMARY KEY,
      leased_nano_usd INTEGER NOT NULL,
      lanes TEXT NOT NULL CHECK (json_valid(lanes))
    ) STRICT, WITHOUT ROWID`,
  ],
  [
    // What moved money by itself is found by the id that it came with.
    `CREATE INDEX ledger_moving ON ledger (ref)
      WHERE kind IN ('top_up', 'adjustment', 'transfer_in', 'transfer_out')`,
    // Never deleted: a late repeat finds how it ended. Without an answer the money is reserved.
    `CREATE TABLE transfer (
      transfer_id TEXT PRIMARY KEY,
      direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
      other_wallet_id TEXT NOT NULL,
      amount_nano_usd INTEGER NOT NULL CHECK (amount_nano_usd > 0),
      answer TEXT CHECK (json_valid(answer)),
      CHECK (direction = 'out' OR answer IS NOT NULL)
    ) STRICT, WITHOUT ROWID`,
    `CREATE INDEX transfer_open ON transfer (transfer_id) WHERE answer IS NULL`,
  ],
  [
    // Rate limits. What a request has taken of them is kept with its hold.
    "ALTER TABLE hold ADD COLUMN rate TEXT CHECK (json_valid(rate))",
    `CREATE TABLE bucket (
      scope TEXT PRIMARY KEY,
      requests_per_minute INTEGER,
      tokens_per_minute INTEGER,
      requests_debt_parts INTEGER NOT NULL CHECK (requests_debt_parts >= 0),
      tokens_debt_parts INTEGER NOT NULL CHECK (tokens_debt_parts >= 0),
      at INTEGER NOT NULL,
      posted_seq INTEGER NOT NULL CHECK (posted_seq >= 0)
    ) STRICT, WITHOUT ROWID`,
    // Requests that wallets below were let.
    `CREATE TABLE pass (
      request_id TEXT PRIMARY KEY,
      child_id TEXT NOT NULL,
      mark TEXT NOT NULL CHECK (json_valid(mark))
    ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE key_limits (
      key_id TEXT PRIMARY KEY,
      limits TEXT NOT NULL CHECK (json_valid(limits))
    ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE rate_tree (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      tree TEXT NOT NULL CHECK (json_valid(tree))
    ) STRICT`,
  ],
  ["ALTER TABLE upstream ADD COLUMN stopped_seq INTEGER CHECK (stopped_seq >= 0)"],
  [
    // Attempts that were charged by themselves: each once.
    "ALTER TABLE ledger ADD COLUMN attempt INTEGER CHECK ((attempt IS NOT NULL) = (kind = 'attempt') AND attempt > 0)",
    "CREATE UNIQUE INDEX ledger_attempt ON ledger (ref, attempt) WHERE kind = 'attempt'",
    // A hold from which an attempt was charged is smaller than what was admitted: a CHECK cannot be taken off.
    `CREATE TABLE hold_of_attempts (
      request_id TEXT PRIMARY KEY,
      admitted_nano_usd INTEGER NOT NULL CHECK (admitted_nano_usd >= 0),
      hold_nano_usd INTEGER NOT NULL CHECK (hold_nano_usd + attempts_nano_usd >= admitted_nano_usd),
      committed_nano_usd INTEGER NOT NULL CHECK (committed_nano_usd BETWEEN 0 AND hold_nano_usd),
      attempts_nano_usd INTEGER NOT NULL CHECK (attempts_nano_usd >= 0),
      attempts_tokens INTEGER NOT NULL CHECK (attempts_tokens >= 0),
      ttl_ms INTEGER NOT NULL CHECK (ttl_ms > 0),
      created_at INTEGER NOT NULL,
      deadline INTEGER NOT NULL CHECK (deadline > created_at),
      price_id TEXT NOT NULL,
      context TEXT NOT NULL CHECK (json_valid(context)),
      idempotency_key_hash TEXT,
      rate TEXT CHECK (json_valid(rate))
    ) STRICT, WITHOUT ROWID`,
    `INSERT INTO hold_of_attempts SELECT request_id, admitted_nano_usd, hold_nano_usd, committed_nano_usd, 0, 0, ttl_ms,
      created_at, deadline, price_id, context, idempotency_key_hash, rate FROM hold`,
    "DROP TABLE hold",
    "ALTER TABLE hold_of_attempts RENAME TO hold",
  ],
  [
    // With those on requests, attempts and movements, every row is found by its cause.
    "CREATE INDEX ledger_own ON ledger (ref) WHERE kind IN ('limit', 'reset', 'child')",
    // The frequent kinds would cost a write for each request, and are found in any stretch of the ledger.
    "CREATE INDEX ledger_rare ON ledger (kind) WHERE kind NOT IN ('charge', 'release', 'child')",
  ],
];

/** Brings the object's tables to the newest version. */
export const migrate = (storage: DurableObjectStorage): void => migrateObject(storage, MIGRATIONS);
