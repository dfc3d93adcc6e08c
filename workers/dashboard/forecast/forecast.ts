/**
 * What a wallet will have spent when its period ends, and when its money is used up, from what it spent by the day. Pure.
 * Amounts are nano-dollars; sums that come in are exact, what comes out is an estimate. See docs/analytics.md.
 */

export const HOUR_MS = 3_600_000;
const DAY_HOURS = 24;
const WEEK = 7;
/** Four of each weekday. */
export const HISTORY_DAYS = 28;
/** Below this there are not two of each weekday, and all days are taken for alike. */
const WEEKDAYS_FROM = 14;
/** Days of the period at which its own level counts as much as what was before it. */
const PRIOR_DAYS = 3;
/** So many of the dearest days count as the next one: what happened once is not expected again. */
const CAPPED_DAYS = 2;
/** Four times in five it lies within: the quantile of a normal distribution for that. */
export const CONFIDENCE = 0.8;
const QUANTILE = 1.2816;
/** Nobody plans further ahead than a year. */
const HORIZON_DAYS = 366;

/** What a wallet, with those below it, has spent. */
export interface History {
  /** The whole hour at which it ends, milliseconds. */
  readonly end: number;
  /** In each 24 hours before `end`, the oldest first: HISTORY_DAYS of them. */
  readonly days: readonly number[];
  /** How a day's spending falls on its hours, from the hour of `end` on: 24 amounts. All 0 is evenly. */
  readonly hours: readonly number[];
}

/** Where a wallet stands. */
export interface Standing {
  readonly now: number;
  readonly period_start: number;
  /** Null: its period never turns. */
  readonly resets_at: number | null;
  readonly spent: number;
  /** What may still be spent, held and leased money included; null without a limit. */
  readonly left: number | null;
}

export interface Forecast {
  /** `weekdays`: each weekday by itself. `days`: all days alike, of less than two weeks. `none`: nothing was ever spent. */
  readonly basis: "weekdays" | "days" | "none";
  /** How many days of spending it rests on. */
  readonly history_days: number;
  readonly last_day: number;
  /** The mean of the last seven days, or of those that there are. */
  readonly last_week_per_day: number;
  /** What is expected of the coming week, by the day. */
  readonly expected_per_day: number;
  /** The spending of the period at its end, and between what it will be; null where it has none. */
  readonly at_reset: { readonly expected: number; readonly low: number; readonly high: number } | null;
  /** When the money is used up; null where it lasts until the reset, or for a year. */
  readonly runs_out_at: number | null;
}

export function forecast(history: History, standing: Standing): Forecast {
  const pattern = patternOf(history, standing);
  const { end } = history;
  const into_hour = Math.max(0, (standing.now - end) / HOUR_MS);
  const spentBy = (hours: number) => expectedIn(pattern, hours) - expectedIn(pattern, into_hour);
  const week = history.days.slice(-Math.max(1, Math.min(WEEK, pattern.history_days)));
  return {
    basis: pattern.basis,
    history_days: pattern.history_days,
    last_day: history.days.at(-1) ?? 0,
    last_week_per_day: mean(week),
    expected_per_day: mean(pattern.weekdays),
    at_reset: atReset(pattern, standing, end, spentBy),
    runs_out_at: runsOutAt(standing, end, spentBy),
  };
}

interface Pattern {
  readonly basis: Forecast["basis"];
  readonly history_days: number;
  /** What is expected of each of the coming seven days, the first of which begins with `end`. */
  readonly weekdays: readonly number[];
  /** How a day differs from what is expected of it. */
  readonly deviation: number;
  /** Of a day's spending, what its first hours have: 25 parts from 0 to 1. */
  readonly shares: readonly number[];
}

function patternOf(history: History, { period_start }: Standing): Pattern {
  const { days } = history;
  const first = days.findIndex((amount) => amount !== 0);
  const history_days = first === -1 ? 0 : days.length - first;
  const shares = sharesOf(history.hours);
  if (history_days === 0) {
    return { basis: "none", history_days, weekdays: Array.from({ length: WEEK }, () => 0), deviation: 0, shares };
  }
  const capped = cap(days);
  const known = (index: number) => index >= first;
  const all = mean(capped.filter((_, index) => known(index)));
  const by_weekday = history_days >= WEEKDAYS_FROM;
  // There are whole weeks: the day that begins with `end` is of the kind of the first.
  const usual = Array.from({ length: WEEK }, (_, kind) =>
    by_weekday ? mean(capped.filter((_, index) => known(index) && index % WEEK === kind)) : all,
  );
  const expected = (index: number) => usual[index % WEEK] ?? all;
  const of_period = Math.min(
    history_days,
    Math.max(0, Math.floor((history.end - period_start) / (DAY_HOURS * HOUR_MS))),
  );
  const level = levelOf(capped.slice(days.length - of_period), days.length - of_period, expected, all);
  const freedom = Math.max(1, history_days - (by_weekday ? WEEK : 1));
  const squares = days.reduce((sum, amount, index) => sum + (known(index) ? (amount - expected(index)) ** 2 : 0), 0);
  return {
    basis: by_weekday ? "weekdays" : "days",
    history_days,
    weekdays: usual.map((amount) => amount * level),
    deviation: Math.sqrt(squares / freedom),
    shares,
  };
}

/** How much more the period spends than was usual: 1 at its beginning, and its own the longer it lasts. */
function levelOf(days: readonly number[], from: number, expected: (index: number) => number, usual: number): number {
  const prior = PRIOR_DAYS * usual;
  const of_period = days.reduce((sum, amount) => sum + amount, 0);
  const was_expected = days.reduce((sum, _, index) => sum + expected(from + index), 0);
  return was_expected + prior <= 0 ? 1 : Math.max(0, of_period + prior) / (was_expected + prior);
}

/** The dearest days as dear as the next one; those below zero, where corrections gave back, as 0. */
function cap(days: readonly number[]): readonly number[] {
  const sorted = days.toSorted((a, b) => b - a);
  const most = sorted[CAPPED_DAYS] ?? 0;
  return days.map((amount) => Math.max(0, most > 0 ? Math.min(amount, most) : amount));
}

function sharesOf(hours: readonly number[]): readonly number[] {
  const amounts = hours.map((amount) => Math.max(0, amount));
  const whole = amounts.reduce((sum, amount) => sum + amount, 0);
  const shares = [0];
  for (let hour = 0; hour < DAY_HOURS; hour += 1) {
    shares.push((shares[hour] ?? 0) + (whole === 0 ? 1 / DAY_HOURS : (amounts[hour] ?? 0) / whole));
  }
  return shares;
}

/** What is expected in so many hours from `end` on, parts of hours included. */
function expectedIn({ weekdays, shares }: Pattern, hours: number): number {
  const days = Math.floor(hours / DAY_HOURS);
  const week = weekdays.reduce((sum, amount) => sum + amount, 0);
  let sum = Math.floor(days / WEEK) * week;
  for (let day = 0; day < days % WEEK; day += 1) sum += weekdays[day] ?? 0;
  const rest = hours - days * DAY_HOURS;
  const whole = Math.floor(rest);
  const begun = shares[whole] ?? 1;
  const share = begun + ((shares[whole + 1] ?? 1) - begun) * (rest - whole);
  return sum + (weekdays[days % WEEK] ?? 0) * share;
}

function atReset(
  { history_days, deviation }: Pattern,
  { now, resets_at, spent }: Standing,
  end: number,
  spentBy: (hours: number) => number,
): Forecast["at_reset"] {
  if (resets_at === null) return null;
  const more = spentBy((resets_at - end) / HOUR_MS);
  const days = Math.max(0, (resets_at - now) / (DAY_HOURS * HOUR_MS));
  // Days differ from what is expected of them, and what is expected is itself known from so many days only.
  const spread = QUANTILE * deviation * Math.sqrt(days + days ** 2 / Math.max(1, history_days));
  return { expected: spent + more, low: spent + Math.max(0, more - spread), high: spent + more + spread };
}

function runsOutAt({ now, resets_at, left }: Standing, end: number, spentBy: (hours: number) => number): number | null {
  if (left === null) return null;
  if (left <= 0) return now;
  const last = Math.min((resets_at ?? Number.POSITIVE_INFINITY) - end, HORIZON_DAYS * DAY_HOURS * HOUR_MS) / HOUR_MS;
  if (spentBy(last) < left) return null;
  // What is expected grows with time: halved until it is known to the minute.
  let [low, high] = [0, last];
  while (high - low > 1 / 60) {
    const middle = (low + high) / 2;
    if (spentBy(middle) < left) low = middle;
    else high = middle;
  }
  return Math.round(Math.max(now, end + high * HOUR_MS));
}

const mean = (amounts: readonly number[]): number =>
  amounts.length === 0 ? 0 : amounts.reduce((sum, amount) => sum + amount, 0) / amounts.length;
