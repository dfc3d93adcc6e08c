import type { AuditReceipt } from "../../../schema/wire/audit-rpc.ts";

/** A head of the chain with its signature: its newest entry. */
export type Head = AuditReceipt & { readonly entry_id: string };

const READ_HEAD = "SELECT org_id, seq, hash, at, entry_id, key_id, signature FROM head";
const READ_INTENT = "SELECT org_id, seq, hash, at, entry_id, key_id, signature FROM intent WHERE hash = ?";
const WRITE_INTENT = `
  INSERT INTO intent (org_id, seq, hash, at, entry_id, key_id, signature) VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (hash) DO NOTHING`;
const WRITE_HEAD = `
  INSERT OR REPLACE INTO head (one, org_id, seq, hash, at, entry_id, key_id, signature)
  VALUES (1, ?, ?, ?, ?, ?, ?, ?)`;

type Row = Head & Record<string, SqlStorageValue>;

/** The head that is known to be in D1, or null while there is no entry. */
export function readHead(sql: SqlStorage): Head | null {
  const [head] = sql.exec<Row>(READ_HEAD);
  return head ?? null;
}

/** A head that may be in D1, with this hash, or null. */
export function readIntent(sql: SqlStorage, hash: string): Head | null {
  const [intent] = sql.exec<Row>(READ_INTENT, hash);
  return intent ?? null;
}

/**
 * Remembers a head before D1 is asked to make it one. It stays until another head is known: a write whose outcome is not
 * known may reach D1 late, though never two of the same place.
 */
export function writeIntent(sql: SqlStorage, head: Head): void {
  sql.exec(WRITE_INTENT, ...values(head));
}

/** Moves the head to what is known to be in D1. Every intent was for the place behind the old head, so all are done. */
export function writeHead(storage: DurableObjectStorage, head: Head): void {
  storage.transactionSync(() => {
    storage.sql.exec(WRITE_HEAD, ...values(head));
    storage.sql.exec("DELETE FROM intent");
  });
}

const values = ({ org_id, seq, hash, at, entry_id, key_id, signature }: Head) =>
  [org_id, seq, hash, at, entry_id, key_id, signature] as const;
