CREATE TABLE `experiment_figures` (
	`experiment_id` text NOT NULL,
	`run` integer NOT NULL,
	`variant` text NOT NULL,
	`requests` integer NOT NULL,
	`errors` integer NOT NULL,
	`cancelled` integer NOT NULL,
	`failed_over` integer NOT NULL,
	`cached` integer NOT NULL,
	`moved` integer NOT NULL,
	`answered` integer NOT NULL,
	`input_tokens` integer NOT NULL,
	`output_tokens` integer NOT NULL,
	`cost_nano_usd` integer NOT NULL,
	`cost_squares` real NOT NULL,
	`latency_ms` integer NOT NULL,
	`latency_squares` real NOT NULL,
	PRIMARY KEY(`experiment_id`, `run`, `variant`)
);
--> statement-breakpoint
CREATE TABLE `experiment_latencies` (
	`experiment_id` text NOT NULL,
	`run` integer NOT NULL,
	`variant` text NOT NULL,
	`bucket` integer NOT NULL,
	`requests` integer NOT NULL,
	PRIMARY KEY(`experiment_id`, `run`, `variant`, `bucket`)
);
--> statement-breakpoint
CREATE TABLE `experiments` (
	`id` text PRIMARY KEY NOT NULL,
	`org_id` text NOT NULL,
	`name` text NOT NULL,
	`status` text DEFAULT 'draft' NOT NULL,
	`when` text DEFAULT '{}' NOT NULL,
	`variants` text NOT NULL,
	`sticky_by` text DEFAULT 'subject' NOT NULL,
	`metric` text DEFAULT 'success_rate' NOT NULL,
	`guardrails` text DEFAULT '[]' NOT NULL,
	`promotion` text,
	`automatic` integer DEFAULT true NOT NULL,
	`run` integer DEFAULT 0 NOT NULL,
	`started_at` integer,
	`decided_at` integer,
	`promoted_variant` text,
	`stopped_variants` text DEFAULT '[]' NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`org_id`) REFERENCES `orgs`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `experiments_org` ON `experiments` (`org_id`);--> statement-breakpoint
CREATE INDEX `experiments_status` ON `experiments` (`status`);--> statement-breakpoint
CREATE TABLE `request_feedback` (
	`org_id` text NOT NULL,
	`request_id` text NOT NULL,
	`rater` text NOT NULL,
	`key_id` text NOT NULL,
	`score` real NOT NULL,
	`at` integer NOT NULL,
	`experiment_id` text,
	`run` integer,
	`variant` text,
	PRIMARY KEY(`org_id`, `request_id`, `rater`)
);
--> statement-breakpoint
CREATE INDEX `request_feedback_experiment` ON `request_feedback` (`experiment_id`,`run`,`variant`,`score`);