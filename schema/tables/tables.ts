import { sql } from "drizzle-orm";
import { index, integer, primaryKey, real, sqliteTable, sqliteView, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { UsageComponent } from "../canonical/usage.ts";
import type { NamedCredential } from "../credential/named-credential.ts";

/**
 * D1: configuration, and what queue consumers write. The money itself lives in the wallet objects; nothing here decides
 * an admit. Times are milliseconds since the epoch, money is nano-USD.
 */

const count = (name: string) => integer(name).notNull();

export const orgs = sqliteTable("orgs", {
  id: text("id").primaryKey(),
  name: text("name").notNull(),
  version: integer("version").notNull().default(1),
  /** Where the signed head of the audit chain is sent once a day, or null. */
  audit_webhook_url: text("audit_webhook_url"),
  /** Sealed: what the webhook's signature is made with. */
  audit_webhook_secret: text("audit_webhook_secret"),
  /** Adjustments of more than this need a second person; null is never. 100 dollars unless somebody has decided otherwise. */
  adjustment_approval_above_nano_usd: integer("adjustment_approval_above_nano_usd").default(100_000_000_000),
  /** The regions of providers that may be reached, as providers name theirs; null is all. */
  provider_regions: text("provider_regions", { mode: "json" }).$type<string[] | null>(),
  /** The countries that callers may be in, two letters each; null is all. */
  caller_countries: text("caller_countries", { mode: "json" }).$type<string[] | null>(),
  /** How often, and until when after a request came, its failures are tried again; null is the default. */
  retries: integer("retries"),
  retry_deadline_ms: integer("retry_deadline_ms"),
  /** Whether texts of prompts and answers are kept, and for how many days. */
  store_texts: integer("store_texts", { mode: "boolean" }).notNull().default(false),
  text_retention_days: integer("text_retention_days").notNull().default(30),
  /** What there is of it was made up, to be looked at. */
  demo: integer("demo", { mode: "boolean" }).notNull().default(false),
  created_at: integer("created_at").notNull(),
});

/** An org's wallets: settings and place in the tree. `version` grows with every change, see WalletSettings. */
export const wallets = sqliteTable(
  "wallets",
  {
    id: text("id").primaryKey(),
    org_id: text("org_id")
      .notNull()
      .references(() => orgs.id),
    parent_id: text("parent_id"),
    name: text("name").notNull(),
    version: integer("version").notNull().default(1),
    limit_nano_usd: integer("limit_nano_usd"),
    hard: integer("hard", { mode: "boolean" }).notNull().default(true),
    overdraft_percent: integer("overdraft_percent").notNull().default(0),
    period: text("period").notNull().default("month"),
    time_zone: text("time_zone").notNull().default("UTC"),
    start_day: integer("start_day").notNull().default(1),
    carry_over: integer("carry_over", { mode: "boolean" }).notNull().default(false),
    thresholds: text("thresholds", { mode: "json" }).$type<number[]>().notNull().default([80, 90, 95]),
    maximum_per_request_nano_usd: integer("maximum_per_request_nano_usd"),
    frozen: integer("frozen", { mode: "boolean" }).notNull().default(false),
    /** Rate limits; null is none. */
    requests_per_minute: integer("requests_per_minute"),
    tokens_per_minute: integer("tokens_per_minute"),
    concurrent_requests: integer("concurrent_requests"),
    cost_center: text("cost_center"),
    team_id: text("team_id"),
    /** How many objects share its requests; 1 is the wallet's own alone. */
    shards: integer("shards").notNull().default(1),
    /** From then on it spends nothing; null is never. */
    ends_at: integer("ends_at"),
    /** Set when nobody is to use it any more. Its ledger stays. */
    archived_at: integer("archived_at"),
    created_at: integer("created_at").notNull(),
  },
  (table) => [index("wallets_org").on(table.org_id)],
);

/** Gateway keys. Only a keyed hash is stored; `hint` is the first characters, for recognition. */
export const apiKeys = sqliteTable(
  "api_keys",
  {
    id: text("id").primaryKey(),
    org_id: text("org_id")
      .notNull()
      .references(() => orgs.id),
    wallet_id: text("wallet_id")
      .notNull()
      .references(() => wallets.id),
    name: text("name").notNull(),
    hash: text("hash").notNull(),
    hint: text("hint").notNull(),
    /** `inference` for apps; roles and permissions for the console, see schema/access/permissions.ts. */
    scopes: text("scopes", { mode: "json" }).$type<string[]>().notNull(),
    /** Model patterns this key may use; null is all. */
    models: text("models", { mode: "json" }).$type<string[] | null>(),
    expires_at: integer("expires_at"),
    revoked_at: integer("revoked_at"),
    version: integer("version").notNull().default(1),
    /** User or key that made it. */
    created_by: text("created_by"),
    /** The key that this one took the place of, by rotation. */
    rotated_from: text("rotated_from"),
    /** Rate limits; null is none. */
    requests_per_minute: integer("requests_per_minute"),
    tokens_per_minute: integer("tokens_per_minute"),
    concurrent_requests: integer("concurrent_requests"),
    /** False keeps the texts of its requests from being stored where the org stores them. */
    store_texts: integer("store_texts", { mode: "boolean" }).notNull().default(true),
    created_at: integer("created_at").notNull(),
  },
  (table) => [uniqueIndex("api_keys_hash").on(table.hash), index("api_keys_org").on(table.org_id)],
);

/** Upstream accounts. The credential is sealed (see schema/credential); it is never read back through an API. */
export const providers = sqliteTable(
  "providers",
  {
    /** Also the first half of model names, `openai/gpt-5`; unique within the org. */
    id: text("id").notNull(),
    org_id: text("org_id")
      .notNull()
      .references(() => orgs.id),
    kind: text("kind").notNull(),
    name: text("name").notNull(),
    base_url: text("base_url"),
    credential: text("credential"),
    /** Further ones by name, each sealed as `credential` is: requests take them in turn. */
    credentials: text("credentials", { mode: "json" }).$type<NamedCredential[] | null>(),
    region: text("region"),
    enabled: integer("enabled", { mode: "boolean" }).notNull().default(true),
    /** Overrides of the default timeouts: `{first_byte_ms, idle_ms, total_ms}`. */
    timeouts: text("timeouts", { mode: "json" }).$type<Record<string, number> | null>(),
    settings: text("settings", { mode: "json" }).$type<Record<string, unknown> | null>(),
    version: integer("version").notNull().default(1),
    created_at: integer("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.org_id, table.id] })],
);

/** Which model serves a request: see schema/routing. */
export const routingRules = sqliteTable(
  "routing_rules",
  {
    id: text("id").primaryKey(),
    org_id: text("org_id")
      .notNull()
      .references(() => orgs.id),
    name: text("name").notNull(),
    priority: integer("priority").notNull().default(100),
    enabled: integer("enabled", { mode: "boolean" }).notNull().default(true),
    starts_at: integer("starts_at"),
    ends_at: integer("ends_at"),
    when: text("when", { mode: "json" }).$type<Record<string, unknown>>().notNull(),
    then: text("then", { mode: "json" }).$type<Record<string, unknown>>().notNull(),
    version: integer("version").notNull().default(1),
    created_at: integer("created_at").notNull(),
  },
  (table) => [index("routing_rules_org").on(table.org_id)],
);

/** Models and parameters that are compared on live requests: see schema/experiments. */
export const experiments = sqliteTable(
  "experiments",
  {
    id: text("id").primaryKey(),
    org_id: text("org_id")
      .notNull()
      .references(() => orgs.id),
    name: text("name").notNull(),
    status: text("status").notNull().default("draft"),
    when: text("when", { mode: "json" }).$type<Record<string, unknown>>().notNull().default({}),
    /** The first is the control. */
    variants: text("variants", { mode: "json" }).$type<unknown[]>().notNull(),
    sticky_by: text("sticky_by").notNull().default("subject"),
    metric: text("metric").notNull().default("success_rate"),
    guardrails: text("guardrails", { mode: "json" }).$type<unknown[]>().notNull().default([]),
    promotion: text("promotion", { mode: "json" }).$type<Record<string, unknown>>(),
    /** Guardrails and promotion act by themselves. */
    automatic: integer("automatic", { mode: "boolean" }).notNull().default(true),
    /** Grows with each start. */
    run: integer("run").notNull().default(0),
    started_at: integer("started_at"),
    decided_at: integer("decided_at"),
    promoted_variant: text("promoted_variant"),
    stopped_variants: text("stopped_variants", { mode: "json" }).$type<unknown[]>().notNull().default([]),
    version: integer("version").notNull().default(1),
    created_at: integer("created_at").notNull(),
  },
  (table) => [index("experiments_org").on(table.org_id), index("experiments_status").on(table.status)],
);

/**
 * What is known of each variant in each run of an experiment: sums that the consumer of events adds to. Tokens, cost and
 * latency are of requests that were compared and answered; squares are doubles, for variances.
 */
export const experimentFigures = sqliteTable(
  "experiment_figures",
  {
    experiment_id: text("experiment_id").notNull(),
    run: integer("run").notNull(),
    variant: text("variant").notNull(),
    requests: integer("requests").notNull(),
    errors: integer("errors").notNull(),
    cancelled: integer("cancelled").notNull(),
    /** Counted apart, and in nothing else. */
    failed_over: integer("failed_over").notNull(),
    cached: integer("cached").notNull(),
    moved: integer("moved").notNull(),
    answered: integer("answered").notNull(),
    input_tokens: integer("input_tokens").notNull(),
    output_tokens: integer("output_tokens").notNull(),
    cost_nano_usd: integer("cost_nano_usd").notNull(),
    cost_squares: real("cost_squares").notNull(),
    latency_ms: integer("latency_ms").notNull(),
    latency_squares: real("latency_squares").notNull(),
  },
  (table) => [primaryKey({ columns: [table.experiment_id, table.run, table.variant] })],
);

/** Latencies of the same requests, counted in the buckets of schema/kernel/log-buckets.ts. */
export const experimentLatencies = sqliteTable(
  "experiment_latencies",
  {
    experiment_id: text("experiment_id").notNull(),
    run: integer("run").notNull(),
    variant: text("variant").notNull(),
    bucket: integer("bucket").notNull(),
    requests: integer("requests").notNull(),
  },
  (table) => [primaryKey({ columns: [table.experiment_id, table.run, table.variant, table.bucket] })],
);

/** How good answers were, as callers say afterwards: one score from each rater of a request. */
export const requestFeedback = sqliteTable(
  "request_feedback",
  {
    org_id: text("org_id").notNull(),
    request_id: text("request_id").notNull(),
    /** Who says so, in the caller's words; empty without a name. */
    rater: text("rater").notNull(),
    /** The key that said it: only the one that made the request may. */
    key_id: text("key_id").notNull(),
    /** From 0 to 1. */
    score: real("score").notNull(),
    at: integer("at").notNull(),
    /** What the request was compared in; null where in nothing, and until its row is there. */
    experiment_id: text("experiment_id"),
    run: integer("run"),
    variant: text("variant"),
  },
  (table) => [
    primaryKey({ columns: [table.org_id, table.request_id, table.rater] }),
    index("request_feedback_experiment").on(table.experiment_id, table.run, table.variant, table.score),
  ],
);

/** Models and prices that an org adds or overrides, on top of the catalogue in schema/prices. History is kept. */
export const modelPrices = sqliteTable(
  "model_prices",
  {
    id: text("id").primaryKey(),
    org_id: text("org_id")
      .notNull()
      .references(() => orgs.id),
    provider_id: text("provider_id").notNull(),
    model: text("model").notNull(),
    upstream_id: text("upstream_id"),
    effective_from: integer("effective_from").notNull(),
    /** Nano-USD per million units, by usage component. */
    rates: text("rates", { mode: "json" }).$type<Record<string, number>>().notNull(),
    tiers: text("tiers", { mode: "json" }).$type<{ above_input_tokens: number; rates: Record<string, number> }[]>(),
    context_tokens: integer("context_tokens"),
    max_output_tokens: integer("max_output_tokens"),
    /** What the model can do, see schema/pricing/price.ts; null is what is known of it, or a chat model's usual. */
    capabilities: text("capabilities", { mode: "json" }).$type<string[] | null>(),
    /** Which tokens its prompts are counted in; null is what is known of it, or a bound by bytes. */
    encoding: text("encoding"),
    /** The catalogue's model that this one is, `openai/gpt-5`: for what the row leaves open, prices too. */
    base_model: text("base_model"),
    /** From `effective_from` on the model is not offered any more. */
    withdrawn: integer("withdrawn", { mode: "boolean" }).notNull().default(false),
    /** When its provider was deleted: it explains what was charged, and is the price of nothing any more. */
    retired_at: integer("retired_at"),
    created_at: integer("created_at").notNull(),
  },
  (table) => [
    uniqueIndex("model_prices_version").on(table.org_id, table.provider_id, table.model, table.effective_from),
  ],
);

/** What a provider lists as its models, as its monitor last saw it. A row stays when its model vanishes. */
export const providerModels = sqliteTable(
  "provider_models",
  {
    org_id: text("org_id").notNull(),
    provider_id: text("provider_id").notNull(),
    upstream_id: text("upstream_id").notNull(),
    first_seen_at: integer("first_seen_at").notNull(),
    /** The last list that it was seen to change in: when it came, or came back. */
    last_seen_at: integer("last_seen_at").notNull(),
    vanished_at: integer("vanished_at"),
  },
  (table) => [primaryKey({ columns: [table.org_id, table.provider_id, table.upstream_id] })],
);

/** How each provider is, as its monitor sees it: written when that changes, removed when the provider is disabled. */
export const providerHealth = sqliteTable(
  "provider_health",
  {
    org_id: text("org_id").notNull(),
    provider_id: text("provider_id").notNull(),
    state: text("state").notNull(),
    since: integer("since").notNull(),
    /** JSON of `SharedHealth`: breakers and recent figures; null where an older monitor wrote the row. */
    detail: text("detail"),
  },
  (table) => [primaryKey({ columns: [table.org_id, table.provider_id] })],
);

/** One row per ended request: written by the consumer, never updated. Its cost is this plus its adjustments. */
export const requestLog = sqliteTable(
  "request_log",
  {
    event_id: text("event_id").primaryKey(),
    request_id: text("request_id").notNull(),
    org_id: text("org_id").notNull(),
    wallet_id: text("wallet_id").notNull(),
    key_id: text("key_id").notNull(),
    at: integer("at").notNull(),
    started_at: integer("started_at").notNull(),
    route: text("route").notNull(),
    dialect: text("dialect").notNull(),
    provider_id: text("provider_id").notNull(),
    provider_kind: text("provider_kind").notNull(),
    model: text("model").notNull(),
    upstream_model: text("upstream_model"),
    upstream_request_id: text("upstream_request_id"),
    stream: integer("stream", { mode: "boolean" }).notNull(),
    outcome: text("outcome").notNull(),
    status: integer("status").notNull(),
    error_code: text("error_code"),
    finish_reason: text("finish_reason"),
    cost_nano_usd: integer("cost_nano_usd").notNull(),
    hold_nano_usd: integer("hold_nano_usd").notNull(),
    usage: text("usage", { mode: "json" }).$type<Record<string, number>>().notNull(),
    /** All tokens on the prompt's side of `usage`, and on the answer's side: what rollups add up. */
    input_tokens: integer("input_tokens").notNull(),
    output_tokens: integer("output_tokens").notNull(),
    usage_source: text("usage_source").notNull(),
    /** What the response cache did, see schema/caching/cache-status.ts; null where none was asked. */
    cache: text("cache"),
    cache_score: real("cache_score"),
    /** Why nothing was served, or whose answer was, see schema/caching/cache-detail.ts; null where there is neither. */
    cache_detail: text("cache_detail", { mode: "json" }),
    /** What a hit would have cost more, had the provider answered it. */
    saved_nano_usd: integer("saved_nano_usd").notNull().default(0),
    /** By how much a hit was faster than the answer that was kept. */
    saved_ms: integer("saved_ms").notNull().default(0),
    estimated: integer("estimated", { mode: "boolean" }).notNull(),
    unsettled: integer("unsettled", { mode: "boolean" }).notNull(),
    unpriced: text("unpriced", { mode: "json" }).$type<string[]>().notNull(),
    price_id: text("price_id").notNull(),
    attempts: integer("attempts").notNull(),
    latency_ms: integer("latency_ms").notNull(),
    first_byte_ms: integer("first_byte_ms"),
    feature: text("feature"),
    tags: text("tags", { mode: "json" }).$type<Record<string, string>>().notNull(),
    subject: text("subject"),
    country: text("country"),
    trace_id: text("trace_id"),
    /** Why it went to its model, see schema/routing/routing-record.ts; null in rows of before that was kept. */
    routing: text("routing", { mode: "json" }),
    /** What the wallet was booked to when this was posted; null in rows of before that was kept, too. */
    cost_center: text("cost_center"),
    team_id: text("team_id"),
    /** The write that inserted this row: how the rollup in the same transaction knows what is new. */
    batch_id: text("batch_id").notNull(),
  },
  (table) => [
    // Per wallet, as the promise is: one wallet ends a request once. No org's ids can stand in another's way.
    uniqueIndex("request_log_request").on(table.request_id, table.wallet_id),
    // Lists of one org, newest first: all, and by what they are asked for most. Each says how far a page has looked.
    index("request_log_org_at").on(table.org_id, table.at),
    index("request_log_wallet_at").on(table.org_id, table.wallet_id, table.at),
    index("request_log_key_at").on(table.org_id, table.key_id, table.at),
    index("request_log_model_at").on(table.org_id, table.model, table.at),
    index("request_log_team_at").on(table.org_id, table.team_id, table.at).where(sql`team_id IS NOT NULL`),
    index("request_log_subject_at").on(table.org_id, table.subject, table.at).where(sql`subject IS NOT NULL`),
    index("request_log_error_at").on(table.org_id, table.error_code, table.at).where(sql`error_code IS NOT NULL`),
    index("request_log_at").on(table.at),
  ],
);

/**
 * Other postings on a request: attempts that failed before the one that ended it, overage, correction. They may come
 * before the row that they adjust, so each carries what the rollup groups by: an attempt, the model that it asked. Tokens
 * are those of the record, which an overage has none of; a correction's are all, since expiry knew of none.
 */
export const requestAdjustments = sqliteTable(
  "request_adjustments",
  {
    event_id: text("event_id").primaryKey(),
    request_id: text("request_id").notNull(),
    org_id: text("org_id").notNull(),
    wallet_id: text("wallet_id").notNull(),
    key_id: text("key_id").notNull(),
    at: integer("at").notNull(),
    provider_id: text("provider_id").notNull(),
    model: text("model").notNull(),
    feature: text("feature"),
    reason: text("reason").notNull(),
    cost_nano_usd: integer("cost_nano_usd").notNull(),
    input_tokens: integer("input_tokens").notNull(),
    output_tokens: integer("output_tokens").notNull(),
    record: text("record", { mode: "json" }).$type<Record<string, unknown> | null>(),
    /** Of its request, so that costs by user, country or tag are whole without a join. */
    tags: text("tags", { mode: "json" }).$type<Record<string, string>>(),
    subject: text("subject"),
    country: text("country"),
    /** What the wallet was booked to when this was posted, which may be something else than when the request ended. */
    cost_center: text("cost_center"),
    team_id: text("team_id"),
    batch_id: text("batch_id").notNull(),
  },
  (table) => [
    index("request_adjustments_request").on(table.request_id),
    index("request_adjustments_org_at").on(table.org_id, table.at),
    index("request_adjustments_at").on(table.at),
  ],
);

/** Everything else that wallets tell: thresholds, exhaustion, resets. */
export const walletEvents = sqliteTable(
  "wallet_events",
  {
    event_id: text("event_id").primaryKey(),
    org_id: text("org_id").notNull(),
    wallet_id: text("wallet_id").notNull(),
    at: integer("at").notNull(),
    type: text("type").notNull(),
    payload: text("payload", { mode: "json" }).$type<Record<string, unknown>>().notNull(),
  },
  (table) => [index("wallet_events_org_at").on(table.org_id, table.at)],
);

/**
 * Everything that was charged, one row per posting: request_log and request_adjustments as rollups see them. An
 * adjustment is no request of its own: its reason stands for the outcome, and its status is -1.
 */
export const requestPostings = sqliteView("request_postings", {
  event_id: text("event_id").notNull(),
  batch_id: text("batch_id").notNull(),
  org_id: text("org_id").notNull(),
  at: integer("at").notNull(),
  hour: integer("hour").notNull(),
  wallet_id: text("wallet_id").notNull(),
  team_id: text("team_id").notNull(),
  cost_center: text("cost_center").notNull(),
  key_id: text("key_id").notNull(),
  provider_id: text("provider_id").notNull(),
  model: text("model").notNull(),
  feature: text("feature").notNull(),
  outcome: text("outcome").notNull(),
  status: integer("status").notNull(),
  requests: integer("requests").notNull(),
  cache_hits: integer("cache_hits").notNull(),
  saved_nano_usd: integer("saved_nano_usd").notNull(),
  cost_nano_usd: integer("cost_nano_usd").notNull(),
  input_tokens: integer("input_tokens").notNull(),
  output_tokens: integer("output_tokens").notNull(),
  latency_ms: integer("latency_ms").notNull(),
  /** JSON, by component: what the token columns are the sum of. */
  usage: text("usage"),
}).as(sql`
  SELECT event_id, batch_id, org_id, at, at - at % 3600000 AS hour, wallet_id, COALESCE(team_id, '') AS team_id,
    COALESCE(cost_center, '') AS cost_center, key_id, provider_id, model, COALESCE(feature, '') AS feature, outcome,
    status, 1 AS requests, usage_source = 'cache' AS cache_hits, saved_nano_usd, cost_nano_usd, input_tokens,
    output_tokens, latency_ms, usage
  FROM request_log
  UNION ALL
  SELECT event_id, batch_id, org_id, at, at - at % 3600000 AS hour, wallet_id, COALESCE(team_id, '') AS team_id,
    COALESCE(cost_center, '') AS cost_center, key_id, provider_id, model, COALESCE(feature, '') AS feature,
    reason AS outcome, -1 AS status, 0 AS requests, 0 AS cache_hits, 0 AS saved_nano_usd, cost_nano_usd, input_tokens,
    output_tokens, 0 AS latency_ms, CASE WHEN reason <> 'overage' THEN record -> '$.usage' END AS usage
  FROM request_adjustments`);

/** A rollup's columns of usage: a count for each component. */
const usageColumns = {
  usage_input: count("usage_input"),
  usage_cached_read: count("usage_cached_read"),
  usage_cached_write_5m: count("usage_cached_write_5m"),
  usage_cached_write_1h: count("usage_cached_write_1h"),
  usage_output: count("usage_output"),
  usage_reasoning: count("usage_reasoning"),
  usage_audio_input: count("usage_audio_input"),
  usage_audio_output: count("usage_audio_output"),
  usage_image_input: count("usage_image_input"),
  usage_image_output: count("usage_image_output"),
  usage_search: count("usage_search"),
  usage_image: count("usage_image"),
  usage_call: count("usage_call"),
} satisfies Record<`usage_${UsageComponent}`, unknown>;

/** What rollups tell postings apart by, beside the org and the time. What a posting has none of is an empty text. */
const rollupPlace = {
  wallet_id: text("wallet_id").notNull(),
  team_id: text("team_id").notNull(),
  cost_center: text("cost_center").notNull(),
  key_id: text("key_id").notNull(),
  provider_id: text("provider_id").notNull(),
  model: text("model").notNull(),
  feature: text("feature").notNull(),
  outcome: text("outcome").notNull(),
  status: integer("status").notNull(),
};

/** The columns of it in a table, in the order of its key. */
const placeIn = <Columns extends Record<keyof typeof rollupPlace, unknown>>(
  table: Columns,
): Columns[keyof typeof rollupPlace][] => [
  table.wallet_id,
  table.team_id,
  table.cost_center,
  table.key_id,
  table.provider_id,
  table.model,
  table.feature,
  table.outcome,
  table.status,
];

/** What rollups sum. */
const rollupFigures = {
  requests: integer("requests").notNull(),
  /** Requests that were answered from the cache. */
  cache_hits: integer("cache_hits").notNull(),
  /** What these would have cost more, had their providers answered them. */
  saved_nano_usd: integer("saved_nano_usd").notNull().default(0),
  cost_nano_usd: integer("cost_nano_usd").notNull(),
  input_tokens: integer("input_tokens").notNull(),
  output_tokens: integer("output_tokens").notNull(),
  latency_ms_sum: integer("latency_ms_sum").notNull(),
  ...usageColumns,
};

/**
 * Sums per hour. Always equal to the sum over request_postings, from which they can be rebuilt. What a posting has
 * none of is an empty text, since a key has no nulls.
 */
export const rollupHourly = sqliteTable(
  "rollup_hourly",
  {
    org_id: text("org_id").notNull(),
    /** Start of the hour, milliseconds. */
    hour: integer("hour").notNull(),
    ...rollupPlace,
    ...rollupFigures,
  },
  (table) => [primaryKey({ columns: [table.org_id, table.hour, ...placeIn(table)] })],
);

/**
 * Sums per day of UTC, folded from the hourly ones. Always equal to the sum of those hours of an org that end by its
 * `rollup_folds.folded_until`: whoever adds to such an hour adds here in the same transaction. Made WITHOUT ROWID, so that
 * a row is written once and a range is read in one piece.
 */
export const rollupDaily = sqliteTable(
  "rollup_daily",
  {
    org_id: text("org_id").notNull(),
    /** Start of the day, milliseconds. */
    day: integer("day").notNull(),
    ...rollupPlace,
    ...rollupFigures,
  },
  (table) => [primaryKey({ columns: [table.org_id, table.day, ...placeIn(table)] })],
);

/** What counts of latencies are told apart by, and their number. */
const latencyColumns = {
  provider_id: text("provider_id").notNull(),
  model: text("model").notNull(),
  metric: text("metric", { enum: ["latency", "first_byte"] }).notNull(),
  bucket: integer("bucket").notNull(),
  requests: integer("requests").notNull(),
};

/**
 * How long requests took, as counts in buckets per hour (schema/kernel/log-buckets.ts), which can be added up over any
 * hours, models and providers. `metric` is `latency`, of answers that were delivered, or `first_byte`, of every request
 * that got one. Always equal to the counts over request_log.
 */
export const latencyHourly = sqliteTable(
  "latency_hourly",
  {
    org_id: text("org_id").notNull(),
    /** Start of the hour, milliseconds. */
    hour: integer("hour").notNull(),
    ...latencyColumns,
  },
  (table) => [
    primaryKey({
      columns: [table.org_id, table.hour, table.provider_id, table.model, table.metric, table.bucket],
    }),
  ],
);

/** The same per day of UTC, of the hours that rollup_daily has; WITHOUT ROWID, too. */
export const latencyDaily = sqliteTable(
  "latency_daily",
  {
    org_id: text("org_id").notNull(),
    /** Start of the day, milliseconds. */
    day: integer("day").notNull(),
    ...latencyColumns,
  },
  (table) => [
    primaryKey({
      columns: [table.org_id, table.day, table.provider_id, table.model, table.metric, table.bucket],
    }),
  ],
);

/** How far an org's hourly sums are folded into daily ones. */
export const rollupFolds = sqliteTable("rollup_folds", {
  org_id: text("org_id").primaryKey(),
  /** Hours before this time are in the daily sums, others are not: milliseconds, the start of an hour. */
  folded_until: integer("folded_until").notNull(),
});

/** Queue messages that could not be consumed, kept until someone replays or drops them. */
export const deadLetters = sqliteTable(
  "dead_letters",
  {
    id: text("id").primaryKey(),
    queue: text("queue").notNull(),
    at: integer("at").notNull(),
    attempts: integer("attempts").notNull(),
    reason: text("reason").notNull(),
    body: text("body").notNull(),
    replayed_at: integer("replayed_at"),
    /** When an operator asked for a replay that has not been made yet. */
    replay_asked_at: integer("replay_asked_at"),
  },
  (table) => [
    index("dead_letters_at").on(table.at),
    index("dead_letters_asked").on(table.replay_asked_at).where(sql`replay_asked_at IS NOT NULL`),
  ],
);

/** Which triggers of scheduled jobs have been served: a trigger may come twice. Kept for a day. */
export const jobRuns = sqliteTable(
  "job_runs",
  { job: text("job").notNull(), scheduled_at: integer("scheduled_at").notNull() },
  (table) => [primaryKey({ columns: [table.job, table.scheduled_at] })],
);

/** How far a scheduled job has come: where its next run goes on. */
export const jobState = sqliteTable("job_state", {
  job: text("job").primaryKey(),
  cursor: text("cursor").notNull(),
});

/**
 * Requests that a setting of the response cache was for, per hour: what it did with them, and what that saved. Sums of the
 * log, added to in the same transaction.
 */
export const cacheHourly = sqliteTable(
  "cache_hourly",
  {
    org_id: text("org_id").notNull(),
    /** Start of the hour, milliseconds. */
    hour: integer("hour").notNull(),
    /** Empty for wallets without a team. */
    team_id: text("team_id").notNull(),
    provider_id: text("provider_id").notNull(),
    model: text("model").notNull(),
    /** See schema/caching/cache-status.ts. */
    status: text("status").notNull(),
    requests: integer("requests").notNull(),
    cost_nano_usd: integer("cost_nano_usd").notNull(),
    saved_nano_usd: integer("saved_nano_usd").notNull(),
    saved_ms: integer("saved_ms").notNull(),
    latency_ms_sum: integer("latency_ms_sum").notNull(),
  },
  (table) => [
    primaryKey({
      columns: [table.org_id, table.hour, table.team_id, table.provider_id, table.model, table.status],
    }),
  ],
);
