import * as z from "zod";
import { MAX_NANO_USD } from "../kernel/money.ts";
import { NO_RATE_LIMITS, rateLimitsSchema } from "./rate-limits.ts";

/** The periods after which a wallet begins anew. `none` never does. */
export const PERIODS = ["none", "hour", "day", "week", "month", "quarter"] as const;
export type PeriodKind = (typeof PERIODS)[number];

/**
 * What an administrator sets on a wallet. D1 keeps it, the wallet object holds the copy that decides. `version` grows
 * with each change, so that a late copy never overwrites a newer one.
 */
export const walletSettingsSchema = z.object({
  wallet_id: z.string(),
  org_id: z.string(),
  name: z.string(),
  version: z.int().min(1),
  /** null: no limit, everything is metered. 0 refuses everything that costs. */
  limit_nano_usd: z.int().min(0).max(MAX_NANO_USD).nullable(),
  /** false: admits past the limit and only reports it. */
  hard: z.boolean(),
  overdraft_percent: z.int().min(0).max(1_000),
  period: z.enum(PERIODS),
  /** IANA name; the period turns at local midnight there. */
  time_zone: z.string(),
  /** Day of the month (1 to 28) for month and quarter, ISO day of the week (1 to 7) for week; otherwise 1. */
  start_day: z.int().min(1).max(28),
  /** Whether what is left at the end of a period is added to the next. */
  carry_over: z.boolean(),
  /** Percentages of the limit at which an event fires, once per period each: 20 of its own, 20 of a ladder. Ascending. */
  thresholds: z.array(z.int().min(1).max(1_000)).max(40),
  /** The most that one request may hold; null is no bound. */
  maximum_per_request_nano_usd: z.int().min(0).max(MAX_NANO_USD).nullable(),
  frozen: z.boolean(),
  /** The wallet above, whose money this one spends; null for the top of a tree. Settings of older versions lack it. */
  parent_id: z.string().nullable().default(null),
  /** What it is booked to: each posting carries both as they are then. Settings of older versions lack them. */
  cost_center: z.string().nullable().default(null),
  team_id: z.string().nullable().default(null),
  /** From then on nothing is admitted and nothing may come in; null is never. Settings of older versions lack it. */
  ends_at: z.int().nullable().default(null),
  /** Bind this wallet and all below it. Settings of older versions lack them. */
  rate_limits: rateLimitsSchema.default(NO_RATE_LIMITS),
});

export type WalletSettings = z.infer<typeof walletSettingsSchema>;
