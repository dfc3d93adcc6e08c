import type { AuditReceipt } from "../../../schema/wire/audit-rpc.ts";

/** A head of the chain with its signature: its newest entry. */
export type Head = AuditReceipt & { readonly entry_id: string };

const COLUMNS = "org_id, seq, hash, at, entry_id, key_id, signature";

/** The head that is known to be in D1, or null while there is no entry. */
export function readHead(sql: SqlStorage): Head | null {
  const [head] = sql.exec<Head & Record<string, SqlStorageValue>>(`SELECT ${COLUMNS} FROM head`);
  return head ?? null;
}

/** A head that may be in D1, with this hash, or null. */
export function readIntent(sql: SqlStorage, hash: string): Head | null {
  const query = `SELECT ${COLUMNS} FROM intent WHERE hash = ?`;
  const [intent] = sql.exec<Head & Record<string, SqlStorageValue>>(query, hash);
  return intent ?? null;
}

/**
 * Remembers a head before D1 is asked to make it one. It stays until another head is known: a write whose outcome is not
 * known may reach D1 late, though never two of the same place.
 */
export function writeIntent(sql: SqlStorage, { hash, org_id, seq, at, entry_id, key_id, signature }: Head): void {
  sql.exec(
    `INSERT INTO intent (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (hash) DO NOTHING`,
    org_id,
    seq,
    hash,
    at,
    entry_id,
    key_id,
    signature,
  );
}

/** Moves the head to what is known to be in D1. Every intent was for the place behind the old head, so all are done. */
export function writeHead(storage: DurableObjectStorage, head: Head): void {
  const { org_id, seq, hash, at, entry_id, key_id, signature } = head;
  storage.transactionSync(() => {
    storage.sql.exec(
      `INSERT OR REPLACE INTO head (one, ${COLUMNS}) VALUES (1, ?, ?, ?, ?, ?, ?, ?)`,
      org_id,
      seq,
      hash,
      at,
      entry_id,
      key_id,
      signature,
    );
    storage.sql.exec("DELETE FROM intent");
  });
}
