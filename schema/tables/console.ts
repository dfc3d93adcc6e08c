import { sql } from "drizzle-orm";
import { index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { orgs } from "./tables.ts";

/** Who belongs to an org and what the console itself needs to remember. Written through the org's audit object. */

export const teams = sqliteTable(
  "teams",
  {
    id: text("id").primaryKey(),
    org_id: text("org_id")
      .notNull()
      .references(() => orgs.id),
    name: text("name").notNull(),
    version: integer("version").notNull().default(1),
    created_at: integer("created_at").notNull(),
  },
  (table) => [uniqueIndex("teams_org_name").on(table.org_id, table.name)],
);

/** A person's place in an org. */
export const members = sqliteTable(
  "members",
  {
    id: text("id").primaryKey(),
    org_id: text("org_id")
      .notNull()
      .references(() => orgs.id),
    user_id: text("user_id").notNull(),
    role: text("role").notNull(),
    version: integer("version").notNull().default(1),
    created_at: integer("created_at").notNull(),
  },
  (table) => [uniqueIndex("members_org_user").on(table.org_id, table.user_id), index("members_user").on(table.user_id)],
);

/** A member's place in a team of the org. */
export const teamMembers = sqliteTable(
  "team_members",
  {
    id: text("id").primaryKey(),
    org_id: text("org_id").notNull(),
    team_id: text("team_id")
      .notNull()
      .references(() => teams.id),
    member_id: text("member_id")
      .notNull()
      .references(() => members.id),
    role: text("role").notNull(),
    version: integer("version").notNull().default(1),
    created_at: integer("created_at").notNull(),
  },
  (table) => [
    uniqueIndex("team_members_team_member").on(table.team_id, table.member_id),
    index("team_members_member").on(table.member_id),
  ],
);

/** An invitation into an org: whoever signs in with that address and holds the token may take it, once. */
export const invitations = sqliteTable(
  "invitations",
  {
    id: text("id").primaryKey(),
    org_id: text("org_id")
      .notNull()
      .references(() => orgs.id),
    /** Lower case. */
    email: text("email").notNull(),
    role: text("role").notNull(),
    team_id: text("team_id"),
    team_role: text("team_role"),
    /** Keyed hash; the token itself is shown once. */
    token_hash: text("token_hash").notNull(),
    invited_by: text("invited_by").notNull(),
    expires_at: integer("expires_at").notNull(),
    accepted_at: integer("accepted_at"),
    revoked_at: integer("revoked_at"),
    version: integer("version").notNull().default(1),
    created_at: integer("created_at").notNull(),
  },
  (table) => [uniqueIndex("invitations_token").on(table.token_hash), index("invitations_org").on(table.org_id)],
);

/** An org's data keys, wrapped under the master key: what provider credentials are sealed with. */
export const dataKeys = sqliteTable(
  "data_keys",
  {
    id: text("id").primaryKey(),
    org_id: text("org_id").notNull(),
    wrapped: text("wrapped").notNull(),
    /** The newest one seals; the others only open. */
    created_at: integer("created_at").notNull(),
  },
  (table) => [index("data_keys_org").on(table.org_id, table.created_at)],
);

/**
 * What a change in D1 still has to do to a wallet object. Written with the change, removed when the object has it; a job
 * does what a crash in between left.
 */
export const walletEffects = sqliteTable(
  "wallet_effects",
  {
    id: text("id").primaryKey(),
    org_id: text("org_id").notNull(),
    wallet_id: text("wallet_id").notNull(),
    /** `configure`, `revoke_key` or `limit_key`. */
    kind: text("kind").notNull(),
    key_id: text("key_id"),
    created_at: integer("created_at").notNull(),
  },
  (table) => [index("wallet_effects_created").on(table.created_at)],
);

/**
 * Movements of money that somebody has asked for: transfers between wallets, adjustments, top-ups. Those that need a second
 * person are `pending` until somebody decides; what is `approved` is carried out by whoever approved it, and by a job when
 * that was interrupted. The money itself is in the wallet objects, under the id of the row.
 */
export const moneyRequests = sqliteTable(
  "money_requests",
  {
    id: text("id").primaryKey(),
    org_id: text("org_id")
      .notNull()
      .references(() => orgs.id),
    /** `transfer`, `adjustment` or `top_up`. */
    kind: text("kind").notNull(),
    /** `pending`, `approved`, `done`, `failed`, `rejected`, `cancelled` or `expired`. */
    status: text("status").notNull(),
    /** Of an adjustment or a top-up. */
    wallet_id: text("wallet_id"),
    /** Of a transfer. */
    from_wallet_id: text("from_wallet_id"),
    to_wallet_id: text("to_wallet_id"),
    /** Below zero for an adjustment that takes. */
    amount_nano_usd: integer("amount_nano_usd").notNull(),
    reason: text("reason").notNull(),
    /** User or key. */
    requested_by: text("requested_by").notNull(),
    requested_by_name: text("requested_by_name").notNull(),
    /** Everybody whom the requester is one person with: a key's maker, the key that it replaced. */
    requester_ids: text("requester_ids", { mode: "json" }).$type<string[]>().notNull(),
    /** Who approved, rejected or cancelled it; null while nobody has, and for what needs nobody. */
    decided_by: text("decided_by"),
    decided_by_name: text("decided_by_name"),
    decided_at: integer("decided_at"),
    decision_reason: text("decision_reason"),
    /** Until when it can be decided. */
    expires_at: integer("expires_at"),
    /** When it was done, or had failed. */
    finished_at: integer("finished_at"),
    /** Why it failed: `{code, message}`. */
    failure: text("failure", { mode: "json" }).$type<{ code: string; message: string } | null>(),
    version: integer("version").notNull().default(1),
    created_at: integer("created_at").notNull(),
  },
  (table) => [
    index("money_requests_org").on(table.org_id, table.kind, table.created_at),
    index("money_requests_open").on(table.status, table.id).where(sql`status IN ('pending', 'approved')`),
  ],
);

/** Answers of creating calls by the caller's idempotency key, for a day. The answer is sealed: it may hold a new key. */
export const idempotentCreates = sqliteTable(
  "idempotent_creates",
  {
    org_id: text("org_id").notNull(),
    key_hash: text("key_hash").notNull(),
    fingerprint: text("fingerprint").notNull(),
    status: integer("status").notNull(),
    answer: text("answer").notNull(),
    created_at: integer("created_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.org_id, table.key_hash] }),
    index("idempotent_creates_created").on(table.created_at),
  ],
);

/** Providers' exports laid beside our own count, see docs/reconciliation.md. The same file again is the same comparison. */
export const reconciliations = sqliteTable(
  "reconciliations",
  {
    id: text("id").primaryKey(),
    org_id: text("org_id")
      .notNull()
      .references(() => orgs.id),
    provider_id: text("provider_id").notNull(),
    format: text("format").notNull(),
    file_sha256: text("file_sha256").notNull(),
    /** Days of UTC, both included. */
    first_day: text("first_day").notNull(),
    last_day: text("last_day").notNull(),
    /** Hundredths of a percent. */
    threshold: integer("threshold").notNull(),
    /** Hundredths of a percent of theirs; null where theirs is nothing. */
    drift: integer("drift"),
    alarm: integer("alarm", { mode: "boolean" }).notNull(),
    /** When our count was last laid beside it. */
    compared_at: integer("compared_at").notNull(),
    created_at: integer("created_at").notNull(),
  },
  (table) => [
    uniqueIndex("reconciliations_file").on(table.org_id, table.provider_id, table.file_sha256),
    index("reconciliations_org").on(table.org_id, table.id),
  ],
);

/** A model on a day, by the provider (`their_`) and by us (`our_`). Null is what that side does not say. */
export const reconciliationLines = sqliteTable(
  "reconciliation_lines",
  {
    reconciliation_id: text("reconciliation_id").notNull(),
    day: text("day").notNull(),
    model: text("model").notNull(),
    their_cost_nano_usd: integer("their_cost_nano_usd"),
    their_requests: integer("their_requests"),
    their_input_tokens: integer("their_input_tokens"),
    their_output_tokens: integer("their_output_tokens"),
    our_cost_nano_usd: integer("our_cost_nano_usd"),
    our_requests: integer("our_requests"),
    our_input_tokens: integer("our_input_tokens"),
    our_output_tokens: integer("our_output_tokens"),
  },
  (table) => [primaryKey({ columns: [table.reconciliation_id, table.day, table.model] })],
);

/** How the response cache is used, one row for the org, a team or a key: see schema/caching/cache-setting.ts. */
export const cacheSettings = sqliteTable(
  "cache_settings",
  {
    id: text("id").primaryKey(),
    org_id: text("org_id")
      .notNull()
      .references(() => orgs.id),
    scope: text("scope").notNull(),
    team_id: text("team_id"),
    key_id: text("key_id"),
    /** Whose it is: the team's or the key's id, or `org`. */
    target: text("target").notNull(),
    mode: text("mode").notNull(),
    threshold: real("threshold").notNull(),
    ttl_ms: integer("ttl_ms").notNull(),
    model_ttls: text("model_ttls", { mode: "json" }).$type<{ model: string; ttl_ms: number }[]>().notNull(),
    models: text("models", { mode: "json" }).$type<string[]>(),
    routes: text("routes", { mode: "json" }).$type<string[]>(),
    tool_calls: integer("tool_calls", { mode: "boolean" }).notNull(),
    hit_price_percent: integer("hit_price_percent").notNull(),
    embedding_model: text("embedding_model"),
    max_bytes: integer("max_bytes").notNull(),
    version: integer("version").notNull().default(1),
    created_at: integer("created_at").notNull(),
    updated_at: integer("updated_at").notNull(),
  },
  (table) => [uniqueIndex("cache_settings_target").on(table.org_id, table.target)],
);
