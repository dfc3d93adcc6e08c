import { ROLLUP_FIGURES } from "./sum-postings.ts";

/** How sums are told from what they should be: rows of both, one of them with its signs turned, added up. */

const figures = Object.keys(ROLLUP_FIGURES);

/** A sum of money may be beyond what a number holds exactly. */
const summed = figures.map((figure) =>
  figure === "cost_nano_usd" ? `CAST(SUM(${figure}) AS TEXT) AS ${figure}` : `SUM(${figure}) AS ${figure}`,
);

/**
 * Each row of sums by `key`, `<org>, <time>, …`, that is not what it should be, with its differences: `have` is what stands
 * behind FROM, `minus` selects the key and the figures that there should be, negative.
 */
export const sumsUnlike = (key: string, have: string, minus: string): string => `
  SELECT ${key}, ${summed.join(", ")}
  FROM (SELECT ${key}, ${figures.join(", ")} FROM ${have} UNION ALL ${minus})
  GROUP BY ${key}
  HAVING ${figures.map((figure) => `SUM(${figure}) <> 0`).join(" OR ")}
  ORDER BY ${timeOf(key)}, org_id, wallet_id
  LIMIT 100`;

/** The same of counts of latencies. */
export const countsUnlike = (key: string, have: string, minus: string): string => `
  SELECT ${key}, SUM(requests) AS requests
  FROM (SELECT ${key}, requests FROM ${have} UNION ALL ${minus})
  GROUP BY ${key}
  HAVING SUM(requests) <> 0
  ORDER BY ${timeOf(key)}, org_id, provider_id, model, metric, bucket
  LIMIT 100`;

const timeOf = (key: string): string => key.split(", ")[1] ?? "";
