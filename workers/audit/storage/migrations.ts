import { migrateObject } from "../../../schema/storage/migrate-object.ts";

/**
 * The audit object's tables, as forward-only steps; an object runs those it lacks when it starts. A step that was deployed
 * is never edited, only followed by another.
 */
const MIGRATIONS: readonly (readonly string[])[] = [
  [
    // Both hold heads of the chain. The head is known to be in D1; intents may be, or may still get there.
    `CREATE TABLE head (
      one INTEGER PRIMARY KEY CHECK (one = 1),
      org_id TEXT NOT NULL,
      seq INTEGER NOT NULL CHECK (seq >= 1),
      hash TEXT NOT NULL,
      at INTEGER NOT NULL,
      entry_id TEXT NOT NULL,
      key_id TEXT NOT NULL,
      signature TEXT NOT NULL
    ) STRICT`,
    `CREATE TABLE intent (
      hash TEXT PRIMARY KEY,
      org_id TEXT NOT NULL,
      seq INTEGER NOT NULL CHECK (seq >= 1),
      at INTEGER NOT NULL,
      entry_id TEXT NOT NULL,
      key_id TEXT NOT NULL,
      signature TEXT NOT NULL
    ) STRICT, WITHOUT ROWID`,
  ],
];

/** Brings the object's tables to the newest version. */
export const migrate = (storage: DurableObjectStorage): void => migrateObject(storage, MIGRATIONS);
