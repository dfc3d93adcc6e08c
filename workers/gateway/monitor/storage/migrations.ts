import { migrateObject } from "../../../../schema/storage/migrate-object.ts";

/** The monitor's tables, as forward-only steps. A step that was deployed is never edited, only followed by another. */
const MIGRATIONS: readonly (readonly string[])[] = [
  [
    // Calls by minute since the epoch; `class` is 'ok' or why they failed.
    `CREATE TABLE outcome (
      minute INTEGER NOT NULL,
      class TEXT NOT NULL,
      count INTEGER NOT NULL,
      PRIMARY KEY (minute, class)
    ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE latency (
      minute INTEGER NOT NULL,
      kind TEXT NOT NULL,
      bucket INTEGER NOT NULL,
      count INTEGER NOT NULL,
      PRIMARY KEY (minute, kind, bucket)
    ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE monitor (
      one INTEGER PRIMARY KEY CHECK (one = 1),
      value TEXT NOT NULL
    ) STRICT`,
  ],
  [
    // Breakers that are not closed, or were a while ago, by model; '' is the provider's own.
    `CREATE TABLE breaker (
      target TEXT PRIMARY KEY,
      value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID`,
  ],
];

/** Brings the object's tables to the newest version. */
export const migrate = (storage: DurableObjectStorage): void => migrateObject(storage, MIGRATIONS);
