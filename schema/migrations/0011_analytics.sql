CREATE TABLE `latency_hourly` (
	`org_id` text NOT NULL,
	`hour` integer NOT NULL,
	`provider_id` text NOT NULL,
	`model` text NOT NULL,
	`metric` text NOT NULL,
	`bucket` integer NOT NULL,
	`requests` integer NOT NULL,
	PRIMARY KEY(`org_id`, `hour`, `provider_id`, `model`, `metric`, `bucket`)
);
--> statement-breakpoint
-- Made anew from the log below: a key of more columns cannot be had from the old sums.
DROP TABLE `rollup_hourly`;--> statement-breakpoint
CREATE TABLE `rollup_hourly` (
	`org_id` text NOT NULL,
	`hour` integer NOT NULL,
	`wallet_id` text NOT NULL,
	`team_id` text NOT NULL,
	`cost_center` text NOT NULL,
	`key_id` text NOT NULL,
	`provider_id` text NOT NULL,
	`model` text NOT NULL,
	`feature` text NOT NULL,
	`outcome` text NOT NULL,
	`status` integer NOT NULL,
	`requests` integer NOT NULL,
	`cache_hits` integer NOT NULL,
	`cost_nano_usd` integer NOT NULL,
	`input_tokens` integer NOT NULL,
	`output_tokens` integer NOT NULL,
	`latency_ms_sum` integer NOT NULL,
	`usage_input` integer NOT NULL,
	`usage_cached_read` integer NOT NULL,
	`usage_cached_write_5m` integer NOT NULL,
	`usage_cached_write_1h` integer NOT NULL,
	`usage_output` integer NOT NULL,
	`usage_reasoning` integer NOT NULL,
	`usage_audio_input` integer NOT NULL,
	`usage_audio_output` integer NOT NULL,
	`usage_image_input` integer NOT NULL,
	`usage_image_output` integer NOT NULL,
	`usage_search` integer NOT NULL,
	`usage_image` integer NOT NULL,
	`usage_call` integer NOT NULL,
	PRIMARY KEY(`org_id`, `hour`, `wallet_id`, `team_id`, `cost_center`, `key_id`, `provider_id`, `model`, `feature`, `outcome`, `status`)
);
--> statement-breakpoint
ALTER TABLE `request_adjustments` ADD `tags` text;--> statement-breakpoint
ALTER TABLE `request_adjustments` ADD `subject` text;--> statement-breakpoint
ALTER TABLE `request_adjustments` ADD `country` text;--> statement-breakpoint
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
    0 AS latency_ms, CASE reason WHEN 'correction' THEN record -> '$.usage' END AS usage
  FROM request_adjustments;--> statement-breakpoint
UPDATE `request_adjustments` SET (`tags`, `subject`, `country`) = (SELECT `tags`, `subject`, `country` FROM `request_log` WHERE `request_log`.`request_id` = `request_adjustments`.`request_id` AND `request_log`.`wallet_id` = `request_adjustments`.`wallet_id`);--> statement-breakpoint
INSERT INTO rollup_hourly (org_id, hour, wallet_id, team_id, cost_center, key_id, provider_id, model, feature, outcome, status, requests, cache_hits, cost_nano_usd, input_tokens, output_tokens, latency_ms_sum, usage_input, usage_cached_read, usage_cached_write_5m, usage_cached_write_1h, usage_output, usage_reasoning, usage_audio_input, usage_audio_output, usage_image_input, usage_image_output, usage_search, usage_image, usage_call) SELECT org_id, hour, wallet_id, team_id, cost_center, key_id, provider_id, model, feature, outcome, status, SUM(requests), SUM(cache_hits), SUM(cost_nano_usd), SUM(input_tokens), SUM(output_tokens), SUM(latency_ms), SUM(COALESCE(usage ->> 'input', 0)), SUM(COALESCE(usage ->> 'cached_read', 0)), SUM(COALESCE(usage ->> 'cached_write_5m', 0)), SUM(COALESCE(usage ->> 'cached_write_1h', 0)), SUM(COALESCE(usage ->> 'output', 0)), SUM(COALESCE(usage ->> 'reasoning', 0)), SUM(COALESCE(usage ->> 'audio_input', 0)), SUM(COALESCE(usage ->> 'audio_output', 0)), SUM(COALESCE(usage ->> 'image_input', 0)), SUM(COALESCE(usage ->> 'image_output', 0)), SUM(COALESCE(usage ->> 'search', 0)), SUM(COALESCE(usage ->> 'image', 0)), SUM(COALESCE(usage ->> 'call', 0)) FROM request_postings GROUP BY org_id, hour, wallet_id, team_id, cost_center, key_id, provider_id, model, feature, outcome, status;--> statement-breakpoint
INSERT INTO latency_hourly (org_id, hour, provider_id, model, metric, bucket, requests) SELECT org_id, hour, provider_id, model, metric, bucket, COUNT(*) FROM ( SELECT org_id, at, at - at % 3600000 AS hour, provider_id, model, event_id, batch_id, metric.value AS metric, CASE metric.value WHEN 'first_byte' THEN CASE WHEN first_byte_ms < 1 THEN -1 ELSE CAST(ceil(ln(first_byte_ms) / 0.020000666706669435) AS INTEGER) END ELSE CASE WHEN latency_ms < 1 THEN -1 ELSE CAST(ceil(ln(latency_ms) / 0.020000666706669435) AS INTEGER) END END AS bucket FROM request_log CROSS JOIN json_each('["latency","first_byte"]') AS metric WHERE CASE metric.value WHEN 'first_byte' THEN first_byte_ms IS NOT NULL ELSE outcome IN ('completed', 'cut') END ) GROUP BY org_id, hour, provider_id, model, metric, bucket;
