CREATE TABLE `text_failure_totals` (
	`reason` text PRIMARY KEY NOT NULL,
	`requests` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `request_texts` (
	`org_id` text NOT NULL,
	`request_id` text NOT NULL,
	`key_id` text NOT NULL,
	`subject` text,
	`data_key_id` text NOT NULL,
	`bytes` integer NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`stored_at` integer,
	`erased_at` integer,
	`removed_at` integer,
	`due_at` integer,
	PRIMARY KEY(`org_id`, `request_id`)
);
--> statement-breakpoint
CREATE INDEX `request_texts_due` ON `request_texts` (`due_at`,`org_id`) WHERE due_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `request_texts_subject` ON `request_texts` (`org_id`,`subject`) WHERE subject IS NOT NULL;--> statement-breakpoint
ALTER TABLE `api_keys` ADD `store_texts` integer DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE `orgs` ADD `store_texts` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `orgs` ADD `text_retention_days` integer DEFAULT 30 NOT NULL;