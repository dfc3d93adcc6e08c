/** What a row of cache_hourly is told apart by. */
export const CACHE_KEY = "org_id, hour, team_id, provider_id, model, status";

/** Each figure of cache_hourly, and what of a request it is the sum of. */
export const CACHE_FIGURES = {
  requests: "1",
  cost_nano_usd: "cost_nano_usd",
  saved_nano_usd: "saved_nano_usd",
  saved_ms: "saved_ms",
  latency_ms_sum: "latency_ms",
} as const;

const figures = Object.keys(CACHE_FIGURES);

/** The requests that a setting of the response cache was for, as cache_hourly has them. Later postings do not count. */
export const CACHE_REQUESTS = `(
    SELECT event_id, batch_id, org_id, at, at - at % 3600000 AS hour, COALESCE(team_id, '') AS team_id, provider_id, model,
      cache AS status, ${Object.entries(CACHE_FIGURES)
        .map(([figure, of]) => `${of} AS ${figure}`)
        .join(", ")}
    FROM request_log WHERE cache IS NOT NULL
  )`;

/**
 * What cache_hourly sums, for everybody who writes it: a statement is SUM_CACHE, a WHERE over what CACHE_REQUESTS has, and
 * BY_CACHE.
 */
export const SUM_CACHE = `
  INSERT INTO cache_hourly (${CACHE_KEY}, ${figures.join(", ")})
  SELECT ${CACHE_KEY}, ${figures.map((figure) => `SUM(${figure})`).join(", ")}
  FROM ${CACHE_REQUESTS}`;

export const BY_CACHE = `
  GROUP BY ${CACHE_KEY}`;

/** What an insert of these sums does where there are some already: it adds to them. */
export const ADD_TO_CACHE = `DO UPDATE SET
    ${figures.map((figure) => `${figure} = ${figure} + excluded.${figure}`).join(", ")}`;
