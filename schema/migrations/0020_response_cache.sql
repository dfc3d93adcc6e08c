CREATE TABLE `cache_settings` (
	`id` text PRIMARY KEY NOT NULL,
	`org_id` text NOT NULL,
	`scope` text NOT NULL,
	`team_id` text,
	`key_id` text,
	`target` text NOT NULL,
	`mode` text NOT NULL,
	`threshold` real NOT NULL,
	`ttl_ms` integer NOT NULL,
	`model_ttls` text NOT NULL,
	`models` text,
	`routes` text,
	`tool_calls` integer NOT NULL,
	`hit_price_percent` integer NOT NULL,
	`embedding_model` text,
	`max_bytes` integer NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`org_id`) REFERENCES `orgs`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `cache_settings_target` ON `cache_settings` (`org_id`,`target`);--> statement-breakpoint
CREATE TABLE `cache_totals` (
	`provider_id` text NOT NULL,
	`model` text NOT NULL,
	`status` text NOT NULL,
	`requests` integer NOT NULL,
	`saved_nano_usd` integer NOT NULL,
	PRIMARY KEY(`provider_id`, `model`, `status`)
);
--> statement-breakpoint
CREATE TABLE `cache_hourly` (
	`org_id` text NOT NULL,
	`hour` integer NOT NULL,
	`team_id` text NOT NULL,
	`provider_id` text NOT NULL,
	`model` text NOT NULL,
	`status` text NOT NULL,
	`requests` integer NOT NULL,
	`cost_nano_usd` integer NOT NULL,
	`saved_nano_usd` integer NOT NULL,
	`saved_ms` integer NOT NULL,
	`latency_ms_sum` integer NOT NULL,
	PRIMARY KEY(`org_id`, `hour`, `team_id`, `provider_id`, `model`, `status`)
);
--> statement-breakpoint
ALTER TABLE `request_log` ADD `cache` text;--> statement-breakpoint
ALTER TABLE `request_log` ADD `cache_score` real;--> statement-breakpoint
ALTER TABLE `request_log` ADD `saved_nano_usd` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `request_log` ADD `saved_ms` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `rollup_hourly` ADD `saved_nano_usd` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
DROP VIEW `request_postings`;--> statement-breakpoint
CREATE VIEW `request_postings` AS 
  SELECT event_id, batch_id, org_id, at, at - at % 3600000 AS hour, wallet_id, COALESCE(team_id, '') AS team_id,
    COALESCE(cost_center, '') AS cost_center, key_id, provider_id, model, COALESCE(feature, '') AS feature, outcome,
    status, 1 AS requests, usage_source = 'cache' AS cache_hits, saved_nano_usd, cost_nano_usd, input_tokens,
    output_tokens, latency_ms, usage
  FROM request_log
  UNION ALL
  SELECT event_id, batch_id, org_id, at, at - at % 3600000 AS hour, wallet_id, COALESCE(team_id, '') AS team_id,
    COALESCE(cost_center, '') AS cost_center, key_id, provider_id, model, COALESCE(feature, '') AS feature,
    reason AS outcome, -1 AS status, 0 AS requests, 0 AS cache_hits, 0 AS saved_nano_usd, cost_nano_usd, input_tokens,
    output_tokens, 0 AS latency_ms, CASE WHEN reason <> 'overage' THEN record -> '$.usage' END AS usage
  FROM request_adjustments;