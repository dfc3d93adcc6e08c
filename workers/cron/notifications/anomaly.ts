/** Whether an hour's spending is out of line with what a wallet spent before. Pure. */

/** Fewer hours say nothing of what is usual. */
export const LEAST_HOURS = 24;

/** Hours with spending that lie further above the median than so many deviations are one in millions, were they normal. */
const DEVIATIONS = 6;

/** Makes the median absolute deviation of normal figures their standard deviation. */
const NORMAL = 1.4826;

/** A wallet that always spends the same must not cry out at a cent more: nobody calls a tenth unusual. */
const LEAST_SPREAD = 0.1;

export interface Usual {
  readonly median_nano_usd: number;
  /** More than this in an hour is unusual. */
  readonly up_to_nano_usd: number;
}

/**
 * What a wallet usually spends in an hour in which it spends at all, from such hours in any order: their median, and six
 * deviations above it. The median and the median absolute deviation are not moved by the odd hour that was an anomaly
 * itself. Null when there are too few hours.
 */
export function usualSpend(hours: readonly number[]): Usual | null {
  if (hours.length < LEAST_HOURS) return null;
  const middle = median(hours);
  const deviation = median(hours.map((spent) => Math.abs(spent - middle)));
  const spread = Math.max(NORMAL * deviation, LEAST_SPREAD * middle);
  return { median_nano_usd: Math.round(middle), up_to_nano_usd: Math.round(middle + DEVIATIONS * spread) };
}

function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? 0) + upper) / 2;
}
