ALTER TABLE `orgs` ADD `provider_regions` text;--> statement-breakpoint
ALTER TABLE `orgs` ADD `caller_countries` text;