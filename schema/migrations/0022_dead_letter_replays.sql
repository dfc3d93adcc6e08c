ALTER TABLE `dead_letters` ADD `replay_asked_at` integer;--> statement-breakpoint
CREATE INDEX `dead_letters_asked` ON `dead_letters` (`replay_asked_at`) WHERE replay_asked_at IS NOT NULL;