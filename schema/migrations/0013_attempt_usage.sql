DROP VIEW `request_postings`;--> statement-breakpoint
CREATE VIEW `request_postings` AS 
  SELECT event_id, batch_id, org_id, at, at - at % 3600000 AS hour, wallet_id, COALESCE(team_id, '') AS team_id,
    COALESCE(cost_center, '') AS cost_center, key_id, provider_id, model, COALESCE(feature, '') AS feature, outcome,
    status, 1 AS requests, 0 AS cache_hits, cost_nano_usd, input_tokens, output_tokens, latency_ms, usage
  FROM request_log
  UNION ALL
  SELECT event_id, batch_id, org_id, at, at - at % 3600000 AS hour, wallet_id, COALESCE(team_id, '') AS team_id,
    COALESCE(cost_center, '') AS cost_center, key_id, provider_id, model, COALESCE(feature, '') AS feature,
    reason AS outcome, -1 AS status, 0 AS requests, 0 AS cache_hits, cost_nano_usd, input_tokens, output_tokens,
    0 AS latency_ms, CASE WHEN reason <> 'overage' THEN record -> '$.usage' END AS usage
  FROM request_adjustments;