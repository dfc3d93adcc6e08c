/**
 * What the rollup sums, for everybody who writes it: a statement is SUM_POSTINGS, a WHERE over request_postings, and
 * BY_DIMENSIONS.
 */
export const SUM_POSTINGS = `
  INSERT INTO rollup_hourly (
    org_id, hour, wallet_id, key_id, provider_id, model, feature, outcome,
    requests, cost_nano_usd, input_tokens, output_tokens, latency_ms_sum
  )
  SELECT
    org_id, hour, wallet_id, key_id, provider_id, model, feature, outcome,
    SUM(requests), SUM(cost_nano_usd), SUM(input_tokens), SUM(output_tokens), SUM(latency_ms)
  FROM request_postings`;

export const BY_DIMENSIONS = `
  GROUP BY org_id, hour, wallet_id, key_id, provider_id, model, feature, outcome`;
