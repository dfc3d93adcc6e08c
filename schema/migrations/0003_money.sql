CREATE TABLE `money_requests` (
	`id` text PRIMARY KEY NOT NULL,
	`org_id` text NOT NULL,
	`kind` text NOT NULL,
	`status` text NOT NULL,
	`wallet_id` text,
	`from_wallet_id` text,
	`to_wallet_id` text,
	`amount_nano_usd` integer NOT NULL,
	`reason` text NOT NULL,
	`requested_by` text NOT NULL,
	`requested_by_name` text NOT NULL,
	`requester_ids` text NOT NULL,
	`decided_by` text,
	`decided_by_name` text,
	`decided_at` integer,
	`decision_reason` text,
	`expires_at` integer,
	`finished_at` integer,
	`failure` text,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`org_id`) REFERENCES `orgs`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `money_requests_org` ON `money_requests` (`org_id`,`kind`,`created_at`);--> statement-breakpoint
CREATE INDEX `money_requests_open` ON `money_requests` (`status`,`id`) WHERE status IN ('pending', 'approved');--> statement-breakpoint
ALTER TABLE `orgs` ADD `adjustment_approval_above_nano_usd` integer DEFAULT 100000000000;--> statement-breakpoint
ALTER TABLE `wallets` ADD `ends_at` integer;