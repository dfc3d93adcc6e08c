import { unlike } from "./compared.ts";
import { ADD_TO_COUNTS, LATENCIES, LATENCY_DAY_KEY } from "./count-latencies.ts";
import { inStretch } from "./stretch.ts";
import { ADD_TO_SUMS, ROLLUP_DAY_KEY, ROLLUP_FIGURES } from "./sum-postings.ts";

/** What writes the sums per day of UTC: those hours of an org that end by its `rollup_folds.folded_until`. */

const figures = Object.keys(ROLLUP_FIGURES);

/** Integers, also where a time was bound, which D1 takes as a real. */
const dayOf = (time: string): string => `${time} - ${time} % 86400000`;

/** The midnights around a stretch of time: where the days begin and end that it touches. */
const [FIRST_DAY, LAST_DAY] = ["?1 - ?1 % 86400000", "?2 + (86400000 - ?2 % 86400000) % 86400000"];

const SUM_INTO_DAYS = `
  INSERT INTO rollup_daily (${ROLLUP_DAY_KEY}, ${figures.join(", ")})`;

const COUNT_INTO_DAYS = `
  INSERT INTO latency_daily (${LATENCY_DAY_KEY}, requests)`;

/** Hourly sums as daily ones: `source` is what stands behind FROM. */
const sumHours = (source: string): string => `${SUM_INTO_DAYS}
  SELECT ${ROLLUP_DAY_KEY}, ${figures.map((figure) => `SUM(${figure})`).join(", ")}
  FROM (SELECT *, ${dayOf("hour")} AS day FROM ${source})
  GROUP BY ${ROLLUP_DAY_KEY}`;

const countHours = (source: string): string => `${COUNT_INTO_DAYS}
  SELECT ${LATENCY_DAY_KEY}, SUM(requests)
  FROM (SELECT *, ${dayOf("hour")} AS day FROM ${source})
  GROUP BY ${LATENCY_DAY_KEY}`;

/** The hours of org `?1` from `?2` to before `?3`; nothing unless it is folded up to `?2` exactly. */
const NEXT_HOURS = `WHERE org_id = ?1 AND hour >= ?2 AND hour < ?3
    AND ?2 = COALESCE((SELECT folded_until FROM rollup_folds WHERE org_id = ?1), 0)`;

/** Those hours of the days which are folded. */
const foldedHours = (table: "rollup_hourly" | "latency_hourly"): string =>
  `rollup_folds CROSS JOIN ${table} USING (org_id) WHERE hour >= ${FIRST_DAY} AND hour < MIN(${LAST_DAY}, folded_until)`;

/**
 * Folds the hours of org `?1` from `?2` to before `?3` into days, in one transaction, and says so in the last statement.
 * Where somebody else has folded them meanwhile, nothing happens.
 */
export const FOLD_HOURS = [
  `${sumHours(`rollup_hourly ${NEXT_HOURS}`)}
  ON CONFLICT (${ROLLUP_DAY_KEY}) ${ADD_TO_SUMS}`,
  `${countHours(`latency_hourly ${NEXT_HOURS}`)}
  ON CONFLICT (${LATENCY_DAY_KEY}) ${ADD_TO_COUNTS}`,
  `INSERT INTO rollup_folds (org_id, folded_until) VALUES (?1, ?3)
  ON CONFLICT (org_id) DO UPDATE SET folded_until = excluded.folded_until WHERE folded_until = ?2`,
];

/**
 * The new events of the write `?1` whose hours are folded already; `?2` is all of its events, as JSON arrays of id, org and
 * time. In most writes there are none, and then no posting is looked at.
 */
const LATE = `batch_id = ?1 AND event_id IN (
    SELECT posted.value ->> 0 FROM json_each(?2) AS posted CROSS JOIN rollup_folds AS fold
    WHERE fold.org_id = posted.value ->> 1 AND fold.folded_until > posted.value ->> 2
  )`;

/** Adds to the days what came late. Belongs in the transaction that inserts the rows and adds to the hours. */
export const ADD_LATE = [
  `${SUM_INTO_DAYS}
  SELECT ${ROLLUP_DAY_KEY.replace("day", `${dayOf("at")} AS day`)}, ${Object.values(ROLLUP_FIGURES)
    .map((of) => `SUM(${of})`)
    .join(", ")}
  FROM request_postings WHERE ${LATE}
  GROUP BY ${ROLLUP_DAY_KEY}
  ON CONFLICT (${ROLLUP_DAY_KEY}) ${ADD_TO_SUMS}`,
  `${COUNT_INTO_DAYS}
  SELECT ${LATENCY_DAY_KEY.replace("day", `${dayOf("at")} AS day`)}, COUNT(*)${LATENCIES}
  WHERE ${LATE}
  GROUP BY ${LATENCY_DAY_KEY}
  ON CONFLICT (${LATENCY_DAY_KEY}) ${ADD_TO_COUNTS}`,
];

/** Makes the days anew that the time from `?1` to before `?2` touches, from their hours; in one transaction. */
export const REBUILD_DAYS = [
  `DELETE FROM rollup_daily WHERE ${inStretch("rollup_daily", FIRST_DAY, LAST_DAY)}`,
  `DELETE FROM latency_daily WHERE ${inStretch("latency_daily", FIRST_DAY, LAST_DAY)}`,
  sumHours(foldedHours("rollup_hourly")),
  countHours(foldedHours("latency_hourly")),
];

/** Each row of rollup_daily whose figures are not those of its hours, as day minus hours: of the days that `?1` to before `?2` touches. */
export const CHECK_DAYS = unlike(
  ROLLUP_DAY_KEY,
  figures,
  `rollup_daily WHERE ${inStretch("rollup_daily", FIRST_DAY, LAST_DAY)}`,
  `SELECT ${ROLLUP_DAY_KEY.replace("day", dayOf("hour"))}, ${figures.map((figure) => `-${figure}`).join(", ")}
  FROM ${foldedHours("rollup_hourly")}`,
);

/** The same of latency_daily. */
export const CHECK_LATENCY_DAYS = unlike(
  LATENCY_DAY_KEY,
  ["requests"],
  `latency_daily WHERE ${inStretch("latency_daily", FIRST_DAY, LAST_DAY)}`,
  `SELECT ${LATENCY_DAY_KEY.replace("day", dayOf("hour"))}, -requests FROM ${foldedHours("latency_hourly")}`,
);
