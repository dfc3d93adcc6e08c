import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/**
 * Totals of the deployment since it counts them, for `/metrics`: of all orgs together, never less than they were, and
 * kept when the log they came from is deleted. Written by the consumer of events in the transaction of its rows.
 */

/** The models that have a series of their own, the first of them that were used; what comes later is `other`. */
export const metricModels = sqliteTable(
  "metric_models",
  { provider_id: text("provider_id").notNull(), model: text("model").notNull() },
  (table) => [primaryKey({ columns: [table.provider_id, table.model] })],
);

export const requestTotals = sqliteTable(
  "request_totals",
  {
    provider_id: text("provider_id").notNull(),
    model: text("model").notNull(),
    /** Of a request; of another posting its reason, with no request. */
    outcome: text("outcome").notNull(),
    requests: integer("requests").notNull(),
    /** Calls of providers. */
    attempts: integer("attempts").notNull(),
    input_tokens: integer("input_tokens").notNull(),
    output_tokens: integer("output_tokens").notNull(),
    charged_nano_usd: integer("charged_nano_usd").notNull(),
    /** What corrections gave back, above 0: a counter never falls. */
    credited_nano_usd: integer("credited_nano_usd").notNull(),
  },
  (table) => [primaryKey({ columns: [table.provider_id, table.model, table.outcome] })],
);

export const latencyTotals = sqliteTable(
  "latency_totals",
  {
    provider_id: text("provider_id").notNull(),
    model: text("model").notNull(),
    metric: text("metric", { enum: ["latency", "first_byte"] }).notNull(),
    /** The least bound that holds them, see schema/metrics/latency-buckets.ts. Not cumulative. */
    bound_ms: integer("bound_ms").notNull(),
    requests: integer("requests").notNull(),
    sum_ms: integer("sum_ms").notNull(),
  },
  (table) => [primaryKey({ columns: [table.provider_id, table.model, table.metric, table.bound_ms] })],
);

/** What the response cache did with requests, since the deployment began. */
export const cacheTotals = sqliteTable(
  "cache_totals",
  {
    provider_id: text("provider_id").notNull(),
    model: text("model").notNull(),
    status: text("status").notNull(),
    requests: integer("requests").notNull(),
    saved_nano_usd: integer("saved_nano_usd").notNull(),
  },
  (table) => [primaryKey({ columns: [table.provider_id, table.model, table.status] })],
);

/** Requests whose texts should have been stored and were not, by what failed. Written by the gateway where it happens. */
export const textFailureTotals = sqliteTable("text_failure_totals", {
  reason: text("reason").primaryKey(),
  requests: integer("requests").notNull(),
});
