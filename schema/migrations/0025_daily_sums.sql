CREATE TABLE `latency_daily` (
	`org_id` text NOT NULL,
	`day` integer NOT NULL,
	`provider_id` text NOT NULL,
	`model` text NOT NULL,
	`metric` text NOT NULL,
	`bucket` integer NOT NULL,
	`requests` integer NOT NULL,
	PRIMARY KEY(`org_id`, `day`, `provider_id`, `model`, `metric`, `bucket`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `rollup_daily` (
	`org_id` text NOT NULL,
	`day` integer NOT NULL,
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
	`saved_nano_usd` integer DEFAULT 0 NOT NULL,
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
	PRIMARY KEY(`org_id`, `day`, `wallet_id`, `team_id`, `cost_center`, `key_id`, `provider_id`, `model`, `feature`, `outcome`, `status`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `rollup_folds` (
	`org_id` text PRIMARY KEY NOT NULL,
	`folded_until` integer NOT NULL
);
