import { type SQL, sql } from "drizzle-orm";
import { NANO_PER_USD } from "../../../schema/kernel/money.ts";
import type { Database } from "../store/database.ts";
import { HISTORY_DAYS, type History, HOUR_MS } from "./forecast.ts";

const DAY_MS = 24 * HOUR_MS;
const WEEK_DAYS = 7;
const HOURS = 24;

/**
 * What wallets have spent by the day in the last 28, and by the hour of the day in the last 7, from the hourly sums.
 * A wallet's own requests only: `historyOf` adds those of the wallets below. Read a week at a time, as D1 gives a statement
 * 30 seconds.
 */
export interface Spending {
  readonly end: number;
  readonly days: ReadonlyMap<string, readonly number[]>;
  readonly hours: ReadonlyMap<string, readonly number[]>;
}

interface Row {
  readonly wallet_id: string;
  readonly place: number;
  readonly usd: number;
  readonly nano: number;
}

/** Of these wallets; of all of the org where none are named. */
export async function readSpending(
  db: Database,
  org_id: string,
  now: number,
  wallet_ids: readonly string[] | null,
): Promise<Spending> {
  const end = Math.floor(now / HOUR_MS) * HOUR_MS;
  const begin = end - HISTORY_DAYS * DAY_MS;
  const read = (place: SQL, from: number, to: number) =>
    db.all<Row>(sql`
      SELECT wallet_id, ${place} AS place, SUM(cost_nano_usd / ${NANO}) AS usd, SUM(cost_nano_usd % ${NANO}) AS nano
      FROM rollup_hourly WHERE org_id = ${org_id} AND hour >= ${whole(from)} AND hour < ${whole(to)}${among(wallet_ids)}
      GROUP BY wallet_id, place`);
  const by_day = sql`(hour - ${whole(begin)}) / ${whole(DAY_MS)}`;
  const by_hour = sql`(hour - ${whole(begin)}) / ${whole(HOUR_MS)} % ${whole(HOURS)}`;
  const weeks = Array.from({ length: HISTORY_DAYS / WEEK_DAYS }, (_, week) => begin + week * WEEK_DAYS * DAY_MS);
  const [hours, ...days] = await Promise.all([
    read(by_hour, end - WEEK_DAYS * DAY_MS, end),
    ...weeks.map((from) => read(by_day, from, from + WEEK_DAYS * DAY_MS)),
  ]);
  return { end, days: seriesOf(days.flat(), HISTORY_DAYS), hours: seriesOf(hours, HOURS) };
}

/** The spending of some wallets together: one, and those below it. */
export function historyOf({ end, days, hours }: Spending, wallet_ids: readonly string[]): History {
  return { end, days: sum(days, wallet_ids, HISTORY_DAYS), hours: sum(hours, wallet_ids, HOURS) };
}

/** In the text: D1 binds numbers as reals, and a real would divide as one. */
const whole = (value: number): SQL => sql.raw(String(Math.trunc(value)));
const NANO = whole(NANO_PER_USD);

const among = (ids: readonly string[] | null): SQL =>
  ids === null ? sql`` : sql` AND wallet_id IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`;

function seriesOf(rows: readonly Row[], length: number): ReadonlyMap<string, readonly number[]> {
  const series = new Map<string, number[]>();
  for (const { wallet_id, place, usd, nano } of rows) {
    const own = series.get(wallet_id) ?? Array.from({ length }, () => 0);
    series.set(wallet_id, own);
    own[place] = Number(BigInt(usd) * BigInt(NANO_PER_USD) + BigInt(nano));
  }
  return series;
}

const sum = (
  series: ReadonlyMap<string, readonly number[]>,
  ids: readonly string[],
  length: number,
): readonly number[] =>
  Array.from({ length }, (_, place) => ids.reduce((all, id) => all + (series.get(id)?.[place] ?? 0), 0));
