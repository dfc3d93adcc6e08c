import { unlike } from "./compared.ts";
import { BY_BUCKET, COUNT_LATENCIES, LATENCIES, LATENCY_KEY } from "./count-latencies.ts";
import { REBUILD_DAYS } from "./days.ts";
import { inStretch } from "./stretch.ts";
import { BY_CACHE, CACHE_FIGURES, CACHE_KEY, CACHE_REQUESTS, SUM_CACHE } from "./sum-cache.ts";
import { BY_DIMENSIONS, ROLLUP_FIGURES, ROLLUP_KEY, SUM_POSTINGS } from "./sum-postings.ts";

/** What compares the sums with the log and makes them anew, for the worker and for a command line. */

/** The row of job_state that says from when on the request log is whole. */
export const LOG_BEGINS = "log-begins";

/** Each row of rollup_hourly whose figures are not those of the log, as rollup minus log: from `?1` to before `?2`, whole hours. */
export const CHECK_SUMS = unlike(
  ROLLUP_KEY,
  Object.keys(ROLLUP_FIGURES),
  `rollup_hourly WHERE ${inStretch("rollup_hourly", "?1", "?2")}`,
  `SELECT ${ROLLUP_KEY}, ${Object.values(ROLLUP_FIGURES)
    .map((of) => `-${of}`)
    .join(", ")} FROM request_postings WHERE at >= ?1 AND at < ?2`,
);

/** The same of latency_hourly. */
export const CHECK_LATENCIES = unlike(
  LATENCY_KEY,
  ["requests"],
  `latency_hourly WHERE ${inStretch("latency_hourly", "?1", "?2")}`,
  `SELECT ${LATENCY_KEY}, -1${LATENCIES} WHERE at >= ?1 AND at < ?2`,
);

const cache_figures = Object.keys(CACHE_FIGURES);

/** The same of cache_hourly: every figure of it is in the log. */
export const CHECK_CACHE = unlike(
  CACHE_KEY,
  cache_figures,
  `cache_hourly WHERE ${inStretch("cache_hourly", "?1", "?2")}`,
  `SELECT ${CACHE_KEY}, ${cache_figures.map((figure) => `-${figure}`).join(", ")}
  FROM ${CACHE_REQUESTS} WHERE at >= ?1 AND at < ?2`,
);

/**
 * Makes the sums from `?1` to before `?2` anew, whole hours, and then those of the days that they lie in; in one transaction.
 * The third inserts the sums.
 */
export const REBUILD = [
  `DELETE FROM rollup_hourly WHERE ${inStretch("rollup_hourly", "?1", "?2")}`,
  `DELETE FROM latency_hourly WHERE ${inStretch("latency_hourly", "?1", "?2")}`,
  `${SUM_POSTINGS}
    WHERE at >= ?1 AND at < ?2${BY_DIMENSIONS}`,
  `${COUNT_LATENCIES}
    WHERE at >= ?1 AND at < ?2${BY_BUCKET}`,
  `DELETE FROM cache_hourly WHERE ${inStretch("cache_hourly", "?1", "?2")}`,
  `${SUM_CACHE}
    WHERE at >= ?1 AND at < ?2${BY_CACHE}`,
  ...REBUILD_DAYS,
];
