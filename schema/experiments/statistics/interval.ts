/** Where a value lies. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

export const around = (middle: number, radius: number): Interval => ({ low: middle - radius, high: middle + radius });

/** The result of a test of one difference. */
export interface Tested extends Interval {
  /** How likely a difference as large as this one is where there is none. */
  readonly p_value: number;
}
