ALTER TABLE `orgs` ADD `retries` integer;--> statement-breakpoint
ALTER TABLE `orgs` ADD `retry_deadline_ms` integer;