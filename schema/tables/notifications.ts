import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { orgs } from "./tables.ts";

/** Where an org is told of what happened, of what, and what became of each message. */

/** Where messages go: see schema/notifications/channel-kinds.ts. */
export const channels = sqliteTable(
  "channels",
  {
    id: text("id").primaryKey(),
    org_id: text("org_id")
      .notNull()
      .references(() => orgs.id),
    kind: text("kind").notNull(),
    name: text("name").notNull(),
    /** Of a webhook; of an e-mail service only where it is not at its usual address. */
    url: text("url"),
    /** Of an e-mail service: whom its messages are from. */
    sender: text("sender"),
    /** Of an e-mail service: who gets every message of the channel, whatever their role. */
    addresses: text("addresses", { mode: "json" }).$type<string[]>().notNull().default([]),
    region: text("region"),
    /** Sealed; never read back through an API. */
    credential: text("credential"),
    /** The kinds of alerts that it takes; null is all. */
    alert_kinds: text("alert_kinds", { mode: "json" }).$type<string[] | null>(),
    enabled: integer("enabled", { mode: "boolean" }).notNull().default(true),
    version: integer("version").notNull().default(1),
    created_at: integer("created_at").notNull(),
  },
  (table) => [index("channels_org").on(table.org_id, table.created_at)],
);

/** Who is told of what. One for the org (`team_id` is null), and one for each team that wants another. */
export const alertPolicies = sqliteTable(
  "alert_policies",
  {
    id: text("id").primaryKey(),
    org_id: text("org_id")
      .notNull()
      .references(() => orgs.id),
    name: text("name").notNull(),
    team_id: text("team_id"),
    /** The escalation ladder: `[{percent, recipients}]`. */
    ladder: text("ladder", { mode: "json" }).$type<unknown[]>().notNull(),
    /** Who is told of what is no step of the ladder, by kind of alert. */
    recipients: text("recipients", { mode: "json" }).$type<Record<string, string[]>>().notNull(),
    dedupe_minutes: integer("dedupe_minutes").notNull().default(15),
    /** Below this an hour's spending is no anomaly. */
    anomaly_minimum_nano_usd: integer("anomaly_minimum_nano_usd").notNull().default(10_000_000_000),
    version: integer("version").notNull().default(1),
    created_at: integer("created_at").notNull(),
  },
  (table) => [
    uniqueIndex("alert_policies_team").on(table.org_id, table.team_id),
    uniqueIndex("alert_policies_org").on(table.org_id).where(sql`team_id IS NULL`),
  ],
);

/**
 * What somebody may want to know, one row each, written in the transaction of what it tells of. It is an outbox: what has
 * no `routed_at` still has to become deliveries.
 */
export const alerts = sqliteTable(
  "alerts",
  {
    /** Made of what it tells of, so that telling it again changes nothing. */
    id: text("id").primaryKey(),
    org_id: text("org_id").notNull(),
    kind: text("kind").notNull(),
    /** `wallet`, `provider`, `key`, `org`, `transfer`, … */
    object_type: text("object_type").notNull(),
    object_id: text("object_id").notNull(),
    /** Whose lead is told. */
    team_id: text("team_id"),
    /** When it happened. */
    at: integer("at").notNull(),
    /** By kind, see schema/notifications/alert.ts. */
    details: text("details", { mode: "json" }).$type<Record<string, unknown>>().notNull(),
    /** Alerts with one key say the same; those with a higher rank say more. */
    dedupe_key: text("dedupe_key").notNull(),
    rank: integer("rank").notNull().default(0),
    /** The alert that said it already, shortly before: this one was not sent. */
    swallowed_by: text("swallowed_by"),
    routed_at: integer("routed_at"),
    created_at: integer("created_at").notNull(),
  },
  (table) => [
    index("alerts_created").on(table.created_at),
    index("alerts_org").on(table.org_id, table.created_at),
    index("alerts_same").on(table.org_id, table.dedupe_key, table.created_at),
    index("alerts_swallowed").on(table.swallowed_by).where(sql`swallowed_by IS NOT NULL`),
    index("alerts_open").on(table.created_at).where(sql`routed_at IS NULL`),
  ],
);

/** One message to one receiver, with what became of it. */
export const notificationDeliveries = sqliteTable(
  "notification_deliveries",
  {
    id: text("id").primaryKey(),
    org_id: text("org_id").notNull(),
    /** The alert, or the digest and its day. */
    source_id: text("source_id").notNull(),
    /** `alert` or `digest`. */
    type: text("type").notNull(),
    /** The alert's kind; `daily` for a digest. */
    kind: text("kind").notNull(),
    channel_id: text("channel_id").notNull(),
    /** An e-mail address; empty for what needs none. */
    recipient: text("recipient").notNull(),
    /** `pending`, `sent` or `dead`. */
    status: text("status").notNull().default("pending"),
    /** See schema/notifications/notification.ts. */
    message: text("message", { mode: "json" }).$type<Record<string, unknown>>().notNull(),
    /** What was tried, the newest last: see schema/notifications/attempt.ts. */
    attempts: text("attempts", { mode: "json" }).$type<unknown[]>().notNull().default([]),
    /** Tries since it was made, or replayed. */
    tries: integer("tries").notNull().default(0),
    /** When it is due. While it is being sent: when it counts as lost, and is sent again. */
    next_attempt_at: integer("next_attempt_at").notNull(),
    finished_at: integer("finished_at"),
    created_at: integer("created_at").notNull(),
  },
  (table) => [
    uniqueIndex("notification_deliveries_once").on(table.source_id, table.channel_id, table.recipient),
    index("notification_deliveries_org").on(table.org_id, table.created_at),
    index("notification_deliveries_due").on(table.next_attempt_at).where(sql`status = 'pending'`),
    index("notification_deliveries_created").on(table.created_at),
  ],
);

/** A daily summary of what a team, or the whole org, has spent. */
export const digests = sqliteTable(
  "digests",
  {
    id: text("id").primaryKey(),
    org_id: text("org_id")
      .notNull()
      .references(() => orgs.id),
    name: text("name").notNull(),
    /** Whose wallets it sums up; null is all of the org. */
    team_id: text("team_id"),
    /** From this hour of the local day on it is sent: 0 to 23. */
    hour: integer("hour").notNull(),
    time_zone: text("time_zone").notNull(),
    /** As in a step of the ladder. */
    recipients: text("recipients", { mode: "json" }).$type<string[]>().notNull(),
    enabled: integer("enabled", { mode: "boolean" }).notNull().default(true),
    /** The local day, `2026-12-31`, on which the newest one was sent. */
    last_day: text("last_day").notNull().default(""),
    version: integer("version").notNull().default(1),
    created_at: integer("created_at").notNull(),
  },
  (table) => [index("digests_org").on(table.org_id, table.created_at)],
);
