import { USAGE_COMPONENTS } from "../canonical/usage.ts";

const place = "wallet_id, team_id, cost_center, key_id, provider_id, model, feature, outcome, status";

/** What a row of rollup_hourly, and of rollup_daily, is told apart by. */
export const ROLLUP_KEY = `org_id, hour, ${place}`;
export const ROLLUP_DAY_KEY = `org_id, day, ${place}`;

/** Each figure of the rollup, and what of a posting it is the sum of. */
export const ROLLUP_FIGURES: Readonly<Record<string, string>> = {
  requests: "requests",
  cache_hits: "cache_hits",
  saved_nano_usd: "saved_nano_usd",
  cost_nano_usd: "cost_nano_usd",
  input_tokens: "input_tokens",
  output_tokens: "output_tokens",
  latency_ms_sum: "latency_ms",
  ...Object.fromEntries(USAGE_COMPONENTS.map((name) => [`usage_${name}`, `COALESCE(usage ->> '${name}', 0)`])),
};

const figures = Object.keys(ROLLUP_FIGURES);

/**
 * What the rollup sums, for everybody who writes it: a statement is SUM_POSTINGS, a WHERE over request_postings, and
 * BY_DIMENSIONS.
 */
export const SUM_POSTINGS = `
  INSERT INTO rollup_hourly (${ROLLUP_KEY}, ${figures.join(", ")})
  SELECT ${ROLLUP_KEY}, ${Object.values(ROLLUP_FIGURES)
    .map((of) => `SUM(${of})`)
    .join(", ")}
  FROM request_postings`;

export const BY_DIMENSIONS = `
  GROUP BY ${ROLLUP_KEY}`;

/** What an insert of sums does where there are some already: it adds to them. */
export const ADD_TO_SUMS = `DO UPDATE SET
    ${figures.map((figure) => `${figure} = ${figure} + excluded.${figure}`).join(", ")}`;
