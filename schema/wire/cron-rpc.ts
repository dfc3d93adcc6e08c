import type { UsageComponent } from "../canonical/usage.ts";

/**
 * The cron worker's RPC, for operators through the dashboard. Whatever it changes may be asked for again: an exception
 * means that nothing is known, and the same call puts it right.
 */
export interface CronRpc {
  /** Messages that could not be consumed, newest first. */
  listDeadLetters(request: DeadLettersRequest): Promise<DeadLetterPage>;
  /** Sends dead letters through their queue again, where an event still counts once. `all`: those not replayed yet. */
  replayDeadLetters(ids: readonly string[] | "all"): Promise<ReplayAnswer>;
  /** Compares the hourly rollups, and what the cache saved, with the log they are the sums of, and the daily ones with the hourly. */
  rollupCheck(range: HourRange): Promise<RollupReport>;
  /** Makes the rollups of these hours anew from the log, and those of their days from the hours. */
  rollupRebuild(range: HourRange): Promise<RollupRebuilt>;
}

export interface DeadLettersRequest {
  /** 1 to LIMITS.page_size. */
  readonly limit: number;
  /** The `next_cursor` of the page before. */
  readonly cursor?: string;
}

export type DeadLetterPage =
  | { readonly status: "ok"; readonly letters: readonly DeadLetterRow[]; readonly next_cursor: string | null }
  | { readonly status: "invalid_cursor" };

export interface DeadLetterRow {
  readonly id: string;
  readonly queue: string;
  /** When it became a dead letter, milliseconds. */
  readonly at: number;
  readonly attempts: number;
  readonly reason: string;
  /** The message, as JSON. */
  readonly body: string;
  readonly replayed_at: number | null;
}

export interface ReplayAnswer {
  readonly replayed: number;
  /** Ids that were asked for and are no dead letters. */
  readonly not_found: readonly string[];
  /** Dead letters that were never replayed: one call handles 1,000. */
  readonly remaining: number;
}

/** Milliseconds; widened to whole hours, `to` excluded. At most 31 days. */
export interface HourRange {
  readonly from: number;
  readonly to: number;
}

export type RollupReport =
  | {
      readonly status: "checked";
      readonly from: number;
      readonly to: number;
      /** At most 100; empty when the rollup is right. */
      readonly differences: readonly RollupDifference[];
      /** The same of latency_hourly. */
      readonly latency_differences: readonly LatencyDifference[];
      /** The same of cache_hourly. */
      readonly cache_differences: readonly CacheDifference[];
      /** The same of rollup_daily, as day minus its folded hours, in the days that the range touches. */
      readonly day_differences: readonly OfDay<RollupDifference>[];
      /** The same of latency_daily. */
      readonly latency_day_differences: readonly OfDay<LatencyDifference>[];
    }
  | { readonly status: "invalid_range" }
  | LogDeleted;

/** The log of a part of the range was deleted: there is nothing to compare the sums with, or to make them from. */
export interface LogDeleted {
  readonly status: "log_deleted";
  /** From when on the log is whole, milliseconds. */
  readonly log_begins: number;
}

/** A difference of a day instead of an hour. */
export type OfDay<Difference> = Omit<Difference, "hour"> & { readonly day: number };

/** A rollup row whose figures are not those of the log. Each figure is rollup minus log. */
export interface RollupDifference extends Readonly<Record<`usage_${UsageComponent}`, number>> {
  readonly org_id: string;
  readonly hour: number;
  readonly wallet_id: string;
  readonly team_id: string;
  readonly cost_center: string;
  readonly key_id: string;
  readonly provider_id: string;
  readonly model: string;
  readonly feature: string;
  readonly outcome: string;
  readonly status: number;
  readonly requests: number;
  readonly cache_hits: number;
  readonly saved_nano_usd: number;
  /** Decimal digits: a sum may be beyond what a number holds exactly. */
  readonly cost_nano_usd: string;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly latency_ms_sum: number;
}

/** A row of latency_hourly whose count is not that of the log. `requests` is rollup minus log. */
export interface LatencyDifference {
  readonly org_id: string;
  readonly hour: number;
  readonly provider_id: string;
  readonly model: string;
  readonly metric: string;
  readonly bucket: number;
  readonly requests: number;
}

/** A row of cache_hourly whose figures are not those of the log. Each figure is sum minus log. */
export interface CacheDifference {
  readonly org_id: string;
  readonly hour: number;
  readonly team_id: string;
  readonly provider_id: string;
  readonly model: string;
  readonly status: string;
  readonly requests: number;
  /** Decimal digits, as above. */
  readonly cost_nano_usd: string;
  readonly saved_nano_usd: number;
  readonly saved_ms: number;
  readonly latency_ms_sum: number;
}

export type RollupRebuilt =
  | { readonly status: "rebuilt"; readonly from: number; readonly to: number; readonly rows: number }
  | { readonly status: "invalid_range" }
  | LogDeleted;
