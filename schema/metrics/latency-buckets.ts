/**
 * The upper bounds of the latency histograms of `/metrics`, in milliseconds: from what a small model needs for its first
 * byte to the longest answers. A bound that is changed leaves what was counted under the old one where it is.
 */
export const LATENCY_BOUNDS_MS = [
  50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 120_000, 300_000,
] as const;

/** Stands for `+Inf` in the table, which has no infinity. */
export const NO_BOUND_MS = 1_000_000_000_000;

/** In SQLite: the least bound that holds a duration in milliseconds. */
export const boundSql = (column: string): string =>
  `CASE ${LATENCY_BOUNDS_MS.map((bound) => `WHEN ${column} <= ${bound} THEN ${bound}`).join(" ")} ELSE ${NO_BOUND_MS} END`;
