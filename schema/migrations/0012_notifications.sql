CREATE TABLE `alert_policies` (
	`id` text PRIMARY KEY NOT NULL,
	`org_id` text NOT NULL,
	`name` text NOT NULL,
	`team_id` text,
	`ladder` text NOT NULL,
	`recipients` text NOT NULL,
	`dedupe_minutes` integer DEFAULT 15 NOT NULL,
	`anomaly_minimum_nano_usd` integer DEFAULT 10000000000 NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`org_id`) REFERENCES `orgs`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `alert_policies_team` ON `alert_policies` (`org_id`,`team_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `alert_policies_org` ON `alert_policies` (`org_id`) WHERE team_id IS NULL;--> statement-breakpoint
CREATE TABLE `alerts` (
	`id` text PRIMARY KEY NOT NULL,
	`org_id` text NOT NULL,
	`kind` text NOT NULL,
	`object_type` text NOT NULL,
	`object_id` text NOT NULL,
	`team_id` text,
	`at` integer NOT NULL,
	`details` text NOT NULL,
	`dedupe_key` text NOT NULL,
	`rank` integer DEFAULT 0 NOT NULL,
	`swallowed_by` text,
	`routed_at` integer,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `alerts_created` ON `alerts` (`created_at`);--> statement-breakpoint
CREATE INDEX `alerts_org` ON `alerts` (`org_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `alerts_same` ON `alerts` (`org_id`,`dedupe_key`,`created_at`);--> statement-breakpoint
CREATE INDEX `alerts_swallowed` ON `alerts` (`swallowed_by`) WHERE swallowed_by IS NOT NULL;--> statement-breakpoint
CREATE INDEX `alerts_open` ON `alerts` (`created_at`) WHERE routed_at IS NULL;--> statement-breakpoint
CREATE TABLE `channels` (
	`id` text PRIMARY KEY NOT NULL,
	`org_id` text NOT NULL,
	`kind` text NOT NULL,
	`name` text NOT NULL,
	`url` text,
	`sender` text,
	`addresses` text DEFAULT '[]' NOT NULL,
	`region` text,
	`credential` text,
	`alert_kinds` text,
	`enabled` integer DEFAULT true NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`org_id`) REFERENCES `orgs`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `channels_org` ON `channels` (`org_id`,`created_at`);--> statement-breakpoint
CREATE TABLE `digests` (
	`id` text PRIMARY KEY NOT NULL,
	`org_id` text NOT NULL,
	`name` text NOT NULL,
	`team_id` text,
	`hour` integer NOT NULL,
	`time_zone` text NOT NULL,
	`recipients` text NOT NULL,
	`enabled` integer DEFAULT true NOT NULL,
	`last_day` text DEFAULT '' NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`org_id`) REFERENCES `orgs`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `digests_org` ON `digests` (`org_id`,`created_at`);--> statement-breakpoint
CREATE TABLE `notification_deliveries` (
	`id` text PRIMARY KEY NOT NULL,
	`org_id` text NOT NULL,
	`source_id` text NOT NULL,
	`type` text NOT NULL,
	`kind` text NOT NULL,
	`channel_id` text NOT NULL,
	`recipient` text NOT NULL,
	`status` text DEFAULT 'pending' NOT NULL,
	`message` text NOT NULL,
	`attempts` text DEFAULT '[]' NOT NULL,
	`tries` integer DEFAULT 0 NOT NULL,
	`next_attempt_at` integer NOT NULL,
	`finished_at` integer,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `notification_deliveries_once` ON `notification_deliveries` (`source_id`,`channel_id`,`recipient`);--> statement-breakpoint
CREATE INDEX `notification_deliveries_org` ON `notification_deliveries` (`org_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `notification_deliveries_due` ON `notification_deliveries` (`next_attempt_at`) WHERE status = 'pending';--> statement-breakpoint
CREATE INDEX `notification_deliveries_created` ON `notification_deliveries` (`created_at`);