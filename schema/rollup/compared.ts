/** A sum of money may be beyond what a number holds exactly. */
const summed = (figure: string): string =>
  figure === "cost_nano_usd" ? `CAST(SUM(${figure}) AS TEXT) AS ${figure}` : `SUM(${figure}) AS ${figure}`;

/**
 * How sums are told from what they should be: rows of both, one of them with its signs turned, added up. Each row by `key`,
 * `org_id, <time>, …`, that is not what it should be, with the differences of its figures: `have` is what stands behind FROM,
 * `minus` selects the key and the figures that there should be, negative.
 */
export function unlike(key: string, figures: readonly string[], have: string, minus: string): string {
  const [org, time, ...rest] = key.split(", ");
  return `
  SELECT ${key}, ${figures.map(summed).join(", ")}
  FROM (SELECT ${key}, ${figures.join(", ")} FROM ${have} UNION ALL ${minus})
  GROUP BY ${key}
  HAVING ${figures.map((figure) => `SUM(${figure}) <> 0`).join(" OR ")}
  ORDER BY ${[time, org, ...rest].join(", ")}
  LIMIT 100`;
}
