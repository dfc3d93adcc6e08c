import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/**
 * Which requests have their texts stored, and until when. The texts themselves lie sealed in a bucket, see schema/texts;
 * a row is there before its object and stays behind it, so that no object is ever without one.
 */
export const requestTexts = sqliteTable(
  "request_texts",
  {
    org_id: text("org_id").notNull(),
    request_id: text("request_id").notNull(),
    key_id: text("key_id").notNull(),
    /** Whom the request was for; null once the texts are gone. */
    subject: text("subject"),
    /** What they are sealed with. */
    data_key_id: text("data_key_id").notNull(),
    bytes: integer("bytes").notNull(),
    created_at: integer("created_at").notNull(),
    expires_at: integer("expires_at").notNull(),
    /** When the object was there; null until then. */
    stored_at: integer("stored_at"),
    /** Since when it is not to be read any more, because somebody said so. */
    erased_at: integer("erased_at"),
    /** When the object was deleted. */
    removed_at: integer("removed_at"),
    /** When something is to be done: first to delete the object, then the row. Null is never. */
    due_at: integer("due_at"),
  },
  (table) => [
    primaryKey({ columns: [table.org_id, table.request_id] }),
    index("request_texts_due").on(table.due_at, table.org_id).where(sql`due_at IS NOT NULL`),
    index("request_texts_subject").on(table.org_id, table.subject).where(sql`subject IS NOT NULL`),
  ],
);
