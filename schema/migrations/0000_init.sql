CREATE TABLE `api_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`org_id` text NOT NULL,
	`wallet_id` text NOT NULL,
	`name` text NOT NULL,
	`hash` text NOT NULL,
	`hint` text NOT NULL,
	`scopes` text NOT NULL,
	`models` text,
	`expires_at` integer,
	`revoked_at` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`org_id`) REFERENCES `orgs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`wallet_id`) REFERENCES `wallets`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_hash` ON `api_keys` (`hash`);--> statement-breakpoint
CREATE INDEX `api_keys_org` ON `api_keys` (`org_id`);--> statement-breakpoint
CREATE TABLE `dead_letters` (
	`id` text PRIMARY KEY NOT NULL,
	`queue` text NOT NULL,
	`at` integer NOT NULL,
	`attempts` integer NOT NULL,
	`reason` text NOT NULL,
	`body` text NOT NULL,
	`replayed_at` integer
);
--> statement-breakpoint
CREATE INDEX `dead_letters_at` ON `dead_letters` (`at`);--> statement-breakpoint
CREATE TABLE `job_runs` (
	`job` text NOT NULL,
	`scheduled_at` integer NOT NULL,
	PRIMARY KEY(`job`, `scheduled_at`)
);
--> statement-breakpoint
CREATE TABLE `job_state` (
	`job` text PRIMARY KEY NOT NULL,
	`cursor` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `model_prices` (
	`id` text PRIMARY KEY NOT NULL,
	`org_id` text NOT NULL,
	`provider_id` text NOT NULL,
	`model` text NOT NULL,
	`upstream_id` text,
	`effective_from` integer NOT NULL,
	`rates` text NOT NULL,
	`tiers` text,
	`context_tokens` integer,
	`max_output_tokens` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`org_id`) REFERENCES `orgs`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `model_prices_version` ON `model_prices` (`org_id`,`provider_id`,`model`,`effective_from`);--> statement-breakpoint
CREATE TABLE `orgs` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `providers` (
	`id` text NOT NULL,
	`org_id` text NOT NULL,
	`kind` text NOT NULL,
	`name` text NOT NULL,
	`base_url` text,
	`credential` text,
	`region` text,
	`enabled` integer DEFAULT true NOT NULL,
	`timeouts` text,
	`settings` text,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`org_id`, `id`),
	FOREIGN KEY (`org_id`) REFERENCES `orgs`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `request_adjustments` (
	`event_id` text PRIMARY KEY NOT NULL,
	`request_id` text NOT NULL,
	`org_id` text NOT NULL,
	`wallet_id` text NOT NULL,
	`key_id` text NOT NULL,
	`at` integer NOT NULL,
	`provider_id` text NOT NULL,
	`model` text NOT NULL,
	`feature` text,
	`reason` text NOT NULL,
	`cost_nano_usd` integer NOT NULL,
	`input_tokens` integer NOT NULL,
	`output_tokens` integer NOT NULL,
	`record` text,
	`batch_id` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `request_adjustments_request` ON `request_adjustments` (`request_id`);--> statement-breakpoint
CREATE INDEX `request_adjustments_org_at` ON `request_adjustments` (`org_id`,`at`);--> statement-breakpoint
CREATE INDEX `request_adjustments_at` ON `request_adjustments` (`at`);--> statement-breakpoint
CREATE TABLE `request_log` (
	`event_id` text PRIMARY KEY NOT NULL,
	`request_id` text NOT NULL,
	`org_id` text NOT NULL,
	`wallet_id` text NOT NULL,
	`key_id` text NOT NULL,
	`at` integer NOT NULL,
	`started_at` integer NOT NULL,
	`route` text NOT NULL,
	`dialect` text NOT NULL,
	`provider_id` text NOT NULL,
	`provider_kind` text NOT NULL,
	`model` text NOT NULL,
	`upstream_model` text,
	`upstream_request_id` text,
	`stream` integer NOT NULL,
	`outcome` text NOT NULL,
	`status` integer NOT NULL,
	`error_code` text,
	`finish_reason` text,
	`cost_nano_usd` integer NOT NULL,
	`hold_nano_usd` integer NOT NULL,
	`usage` text NOT NULL,
	`input_tokens` integer NOT NULL,
	`output_tokens` integer NOT NULL,
	`usage_source` text NOT NULL,
	`estimated` integer NOT NULL,
	`unsettled` integer NOT NULL,
	`unpriced` text NOT NULL,
	`price_id` text NOT NULL,
	`attempts` integer NOT NULL,
	`latency_ms` integer NOT NULL,
	`first_byte_ms` integer,
	`feature` text,
	`tags` text NOT NULL,
	`subject` text,
	`country` text,
	`trace_id` text,
	`batch_id` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `request_log_request` ON `request_log` (`request_id`,`wallet_id`);--> statement-breakpoint
CREATE INDEX `request_log_org_at` ON `request_log` (`org_id`,`at`);--> statement-breakpoint
CREATE INDEX `request_log_at` ON `request_log` (`at`);--> statement-breakpoint
CREATE TABLE `rollup_hourly` (
	`org_id` text NOT NULL,
	`hour` integer NOT NULL,
	`wallet_id` text NOT NULL,
	`key_id` text NOT NULL,
	`provider_id` text NOT NULL,
	`model` text NOT NULL,
	`feature` text NOT NULL,
	`outcome` text NOT NULL,
	`requests` integer NOT NULL,
	`cost_nano_usd` integer NOT NULL,
	`input_tokens` integer NOT NULL,
	`output_tokens` integer NOT NULL,
	`latency_ms_sum` integer NOT NULL,
	PRIMARY KEY(`org_id`, `hour`, `wallet_id`, `key_id`, `provider_id`, `model`, `feature`, `outcome`)
);
--> statement-breakpoint
CREATE TABLE `wallet_events` (
	`event_id` text PRIMARY KEY NOT NULL,
	`org_id` text NOT NULL,
	`wallet_id` text NOT NULL,
	`at` integer NOT NULL,
	`type` text NOT NULL,
	`payload` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `wallet_events_org_at` ON `wallet_events` (`org_id`,`at`);--> statement-breakpoint
CREATE TABLE `wallets` (
	`id` text PRIMARY KEY NOT NULL,
	`org_id` text NOT NULL,
	`parent_id` text,
	`name` text NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`limit_nano_usd` integer,
	`hard` integer DEFAULT true NOT NULL,
	`overdraft_percent` integer DEFAULT 0 NOT NULL,
	`period` text DEFAULT 'month' NOT NULL,
	`time_zone` text DEFAULT 'UTC' NOT NULL,
	`start_day` integer DEFAULT 1 NOT NULL,
	`carry_over` integer DEFAULT false NOT NULL,
	`thresholds` text DEFAULT '[80,90,95]' NOT NULL,
	`maximum_per_request_nano_usd` integer,
	`frozen` integer DEFAULT false NOT NULL,
	`cost_center` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`org_id`) REFERENCES `orgs`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `wallets_org` ON `wallets` (`org_id`);--> statement-breakpoint
CREATE VIEW `request_postings` AS 
  SELECT event_id, batch_id, org_id, at, at - at % 3600000 AS hour, wallet_id, key_id, provider_id, model,
    COALESCE(feature, '') AS feature, outcome, 1 AS requests, cost_nano_usd, input_tokens, output_tokens, latency_ms
  FROM request_log
  UNION ALL
  SELECT event_id, batch_id, org_id, at, at - at % 3600000 AS hour, wallet_id, key_id, provider_id, model,
    COALESCE(feature, '') AS feature, reason AS outcome, 0 AS requests, cost_nano_usd, input_tokens, output_tokens,
    0 AS latency_ms
  FROM request_adjustments;