CREATE INDEX `request_log_wallet_at` ON `request_log` (`org_id`,`wallet_id`,`at`);--> statement-breakpoint
CREATE INDEX `request_log_key_at` ON `request_log` (`org_id`,`key_id`,`at`);--> statement-breakpoint
CREATE INDEX `request_log_model_at` ON `request_log` (`org_id`,`model`,`at`);--> statement-breakpoint
CREATE INDEX `request_log_team_at` ON `request_log` (`org_id`,`team_id`,`at`) WHERE team_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `request_log_subject_at` ON `request_log` (`org_id`,`subject`,`at`) WHERE subject IS NOT NULL;--> statement-breakpoint
CREATE INDEX `request_log_error_at` ON `request_log` (`org_id`,`error_code`,`at`) WHERE error_code IS NOT NULL;