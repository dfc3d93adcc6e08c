import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

/**
 * The audit chains, one per org, written by the org's audit object alone. Triggers refuse every UPDATE and DELETE; the
 * hashes and signatures show what somebody did who went around them.
 */
export const auditLog = sqliteTable(
  "audit_log",
  {
    org_id: text("org_id").notNull(),
    seq: integer("seq").notNull(),
    id: text("id").notNull(),
    at: integer("at").notNull(),
    actor_type: text("actor_type").notNull(),
    actor_id: text("actor_id").notNull(),
    actor_name: text("actor_name").notNull(),
    action: text("action").notNull(),
    outcome: text("outcome").notNull(),
    target_type: text("target_type"),
    target_id: text("target_id"),
    request_id: text("request_id"),
    ip: text("ip"),
    /** Canonical JSON. */
    details: text("details").notNull(),
    prev_hash: text("prev_hash").notNull(),
    hash: text("hash").notNull(),
    key_id: text("key_id").notNull(),
    /** Ed25519 over the receipt of this entry as the head of the chain: every row was the head once. */
    signature: text("signature").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.org_id, table.seq] }),
    uniqueIndex("audit_log_id").on(table.org_id, table.id),
    uniqueIndex("audit_log_prev").on(table.org_id, table.prev_hash),
    index("audit_log_org_at").on(table.org_id, table.at),
    index("audit_log_org_action").on(table.org_id, table.action, table.seq),
    index("audit_log_org_target").on(table.org_id, table.target_id, table.seq),
    index("audit_log_org_actor").on(table.org_id, table.actor_id, table.seq),
  ],
);

/** When each org's chain was last verified and its head last sent out: what the daily job goes by. */
export const auditChecks = sqliteTable("audit_checks", {
  org_id: text("org_id").primaryKey(),
  checked_at: integer("checked_at").notNull(),
  entries: integer("entries").notNull(),
  ok: integer("ok", { mode: "boolean" }).notNull(),
  problems: text("problems", { mode: "json" }).$type<unknown[]>().notNull(),
  /** The newest entry whose receipt the org's webhook has taken. */
  anchored_seq: integer("anchored_seq").notNull().default(0),
  anchored_at: integer("anchored_at"),
  anchor_tried_at: integer("anchor_tried_at"),
  anchor_error: text("anchor_error"),
});
