CREATE TABLE `provider_health` (
	`org_id` text NOT NULL,
	`provider_id` text NOT NULL,
	`state` text NOT NULL,
	`since` integer NOT NULL,
	PRIMARY KEY(`org_id`, `provider_id`)
);
--> statement-breakpoint
CREATE TABLE `provider_models` (
	`org_id` text NOT NULL,
	`provider_id` text NOT NULL,
	`upstream_id` text NOT NULL,
	`first_seen_at` integer NOT NULL,
	`last_seen_at` integer NOT NULL,
	`vanished_at` integer,
	PRIMARY KEY(`org_id`, `provider_id`, `upstream_id`)
);
