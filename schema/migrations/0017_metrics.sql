CREATE TABLE `latency_totals` (
	`provider_id` text NOT NULL,
	`model` text NOT NULL,
	`metric` text NOT NULL,
	`bound_ms` integer NOT NULL,
	`requests` integer NOT NULL,
	`sum_ms` integer NOT NULL,
	PRIMARY KEY(`provider_id`, `model`, `metric`, `bound_ms`)
);
--> statement-breakpoint
CREATE TABLE `metric_models` (
	`provider_id` text NOT NULL,
	`model` text NOT NULL,
	PRIMARY KEY(`provider_id`, `model`)
);
--> statement-breakpoint
CREATE TABLE `request_totals` (
	`provider_id` text NOT NULL,
	`model` text NOT NULL,
	`outcome` text NOT NULL,
	`requests` integer NOT NULL,
	`attempts` integer NOT NULL,
	`input_tokens` integer NOT NULL,
	`output_tokens` integer NOT NULL,
	`charged_nano_usd` integer NOT NULL,
	`credited_nano_usd` integer NOT NULL,
	PRIMARY KEY(`provider_id`, `model`, `outcome`)
);
