ALTER TABLE `model_prices` ADD `capabilities` text;--> statement-breakpoint
ALTER TABLE `model_prices` ADD `encoding` text;--> statement-breakpoint
ALTER TABLE `model_prices` ADD `base_model` text;