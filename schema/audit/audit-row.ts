import * as z from "zod";

/**
 * An entry of the audit log as D1 has it and as exports carry it: the columns of `audit_log`, in their order. What a
 * stranger may have written there is read too, so that it can be shown and found wrong; but nothing beside the columns, as
 * nothing vouches for it.
 */
export const auditRowSchema = z.strictObject({
  org_id: z.string(),
  /** Place in the org's chain; the first is 1. */
  seq: z.int(),
  id: z.string(),
  /** Milliseconds, up to the last year that RFC 3339 can write. */
  at: z.int().min(0).max(253_402_300_799_999),
  actor_type: z.string(),
  actor_id: z.string(),
  actor_name: z.string(),
  action: z.string(),
  outcome: z.string(),
  target_type: z.string().nullable(),
  target_id: z.string().nullable(),
  request_id: z.string().nullable(),
  ip: z.string().nullable(),
  /** Canonical JSON. */
  details: z.string(),
  /** Hash of the entry before, or `genesisHash` of the org. */
  prev_hash: z.string(),
  hash: z.string(),
  key_id: z.string(),
  /** Of `receiptText`, with this entry as the head of the chain. */
  signature: z.string(),
});
export type AuditRow = z.infer<typeof auditRowSchema>;

/** The columns, in the order of the table: also the columns of a CSV or Parquet file. */
export const AUDIT_COLUMNS = [
  "org_id",
  "seq",
  "id",
  "at",
  "actor_type",
  "actor_id",
  "actor_name",
  "action",
  "outcome",
  "target_type",
  "target_id",
  "request_id",
  "ip",
  "details",
  "prev_hash",
  "hash",
  "key_id",
  "signature",
] as const satisfies readonly (keyof AuditRow)[];

/** For `SELECT ${AUDIT_SELECT} FROM audit_log`: a constant, so that no value ever gets into the text. */
export const AUDIT_SELECT = AUDIT_COLUMNS.join(", ");

/** Reads a row of D1, selected by `AUDIT_SELECT`. Throws on one that does not even have the columns' types. */
export const rowFromSql = (row: Record<string, unknown>): AuditRow => auditRowSchema.parse(row);
