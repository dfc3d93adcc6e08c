import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
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
    /** `pending`, `approved`, `done`, `failed`, `rejected` or `expired`. */
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
    /** Who approved or rejected it; null while nobody has, and for what needs nobody. */
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
