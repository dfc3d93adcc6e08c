ALTER TABLE `request_adjustments` ADD `cost_center` text;--> statement-breakpoint
ALTER TABLE `request_adjustments` ADD `team_id` text;--> statement-breakpoint
ALTER TABLE `request_log` ADD `cost_center` text;--> statement-breakpoint
ALTER TABLE `request_log` ADD `team_id` text;--> statement-breakpoint
DROP VIEW `request_postings`;--> statement-breakpoint
CREATE VIEW `request_postings` AS 
  SELECT event_id, batch_id, org_id, at, at - at % 3600000 AS hour, wallet_id, key_id, provider_id, model,
    COALESCE(feature, '') AS feature, outcome, 1 AS requests, cost_nano_usd, input_tokens, output_tokens, latency_ms,
    cost_center, team_id
  FROM request_log
  UNION ALL
  SELECT event_id, batch_id, org_id, at, at - at % 3600000 AS hour, wallet_id, key_id, provider_id, model,
    COALESCE(feature, '') AS feature, reason AS outcome, 0 AS requests, cost_nano_usd, input_tokens, output_tokens,
    0 AS latency_ms, cost_center, team_id
  FROM request_adjustments;--> statement-breakpoint
-- Tells the objects of wallets that are booked somewhere, in an hour: by then the workers that know of it run.
INSERT INTO `wallet_effects` (`id`, `org_id`, `wallet_id`, `kind`, `created_at`) SELECT 'eff_booking_' || `id`, `org_id`, `id`, 'configure', unixepoch() * 1000 + 3600000 FROM `wallets` WHERE `cost_center` IS NOT NULL OR `team_id` IS NOT NULL;
