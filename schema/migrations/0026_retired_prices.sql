ALTER TABLE `model_prices` ADD `retired_at` integer;--> statement-breakpoint
UPDATE `model_prices` SET `retired_at` = unixepoch() * 1000 WHERE NOT EXISTS (SELECT 1 FROM `providers` WHERE `providers`.`org_id` = `model_prices`.`org_id` AND `providers`.`id` = `model_prices`.`provider_id`);
