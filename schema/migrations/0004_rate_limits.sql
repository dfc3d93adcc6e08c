ALTER TABLE `api_keys` ADD `requests_per_minute` integer;--> statement-breakpoint
ALTER TABLE `api_keys` ADD `tokens_per_minute` integer;--> statement-breakpoint
ALTER TABLE `api_keys` ADD `concurrent_requests` integer;--> statement-breakpoint
ALTER TABLE `wallets` ADD `requests_per_minute` integer;--> statement-breakpoint
ALTER TABLE `wallets` ADD `tokens_per_minute` integer;--> statement-breakpoint
ALTER TABLE `wallets` ADD `concurrent_requests` integer;