import { migrateObject } from "../../../schema/storage/migrate-object.ts";

/** The cache object's tables, as forward-only steps. A step that was deployed is never edited, only followed by another. */
const MIGRATIONS: readonly (readonly string[])[] = [
  [
    `CREATE TABLE entry (
      id TEXT PRIMARY KEY,
      exact_key TEXT NOT NULL UNIQUE,
      partition TEXT,
      model TEXT NOT NULL,
      kind TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL,
      used_at INTEGER NOT NULL,
      hits INTEGER NOT NULL DEFAULT 0,
      saved_nano_usd INTEGER NOT NULL DEFAULT 0,
      vector INTEGER NOT NULL CHECK (vector IN (0, 1)),
      bytes INTEGER NOT NULL,
      sealed BLOB NOT NULL
    ) STRICT, WITHOUT ROWID`,
    "CREATE INDEX entry_expires ON entry (expires_at)",
    "CREATE INDEX entry_used ON entry (used_at)",
    // Vectors of entries that are gone, until the index was told.
    `CREATE TABLE left_vector (
      id TEXT PRIMARY KEY
    ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE counter (
      name TEXT PRIMARY KEY,
      value INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE shadow (
      seq INTEGER PRIMARY KEY,
      at INTEGER NOT NULL,
      observation TEXT NOT NULL CHECK (json_valid(observation))
    ) STRICT`,
    "CREATE INDEX shadow_at ON shadow (at)",
  ],
];

/** Brings the object's tables to the newest version. */
export const migrate = (storage: DurableObjectStorage): void => migrateObject(storage, MIGRATIONS);
