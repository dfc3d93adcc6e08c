CREATE TABLE `reconciliation_lines` (
	`reconciliation_id` text NOT NULL,
	`day` text NOT NULL,
	`model` text NOT NULL,
	`their_cost_nano_usd` integer,
	`their_requests` integer,
	`their_input_tokens` integer,
	`their_output_tokens` integer,
	`our_cost_nano_usd` integer,
	`our_requests` integer,
	`our_input_tokens` integer,
	`our_output_tokens` integer,
	PRIMARY KEY(`reconciliation_id`, `day`, `model`)
);
--> statement-breakpoint
CREATE TABLE `reconciliations` (
	`id` text PRIMARY KEY NOT NULL,
	`org_id` text NOT NULL,
	`provider_id` text NOT NULL,
	`format` text NOT NULL,
	`file_sha256` text NOT NULL,
	`first_day` text NOT NULL,
	`last_day` text NOT NULL,
	`threshold` integer NOT NULL,
	`drift` integer,
	`alarm` integer NOT NULL,
	`compared_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`org_id`) REFERENCES `orgs`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `reconciliations_file` ON `reconciliations` (`org_id`,`provider_id`,`file_sha256`);--> statement-breakpoint
CREATE INDEX `reconciliations_org` ON `reconciliations` (`org_id`,`id`);