import * as z from "zod";
import { type CacheSetting, cacheSettingSchema } from "../../../schema/caching/cache-setting.ts";
import { log } from "../../../schema/kernel/log.ts";

export const CACHE_SETTINGS_SQL =
  "SELECT id, scope, team_id, key_id, mode, threshold, ttl_ms, model_ttls, models, routes, tool_calls, hit_price_percent, embedding_model, max_bytes FROM cache_settings WHERE org_id = ?1";

const json = z.string().transform((text): unknown => JSON.parse(text));

const rowSchema = z
  .looseObject({
    model_ttls: json,
    models: json.nullable(),
    routes: json.nullable(),
    tool_calls: z.int().transform((flag) => flag === 1),
  })
  .pipe(cacheSettingSchema);

/** The org's settings. One that cannot be read is none, and logged: nothing is cached by it. */
export const cacheSettingsOf = (org_id: string, rows: unknown): readonly CacheSetting[] =>
  z
    .array(z.unknown())
    .parse(rows)
    .flatMap((row) => {
      const parsed = rowSchema.safeParse(row);
      if (parsed.success) return [parsed.data];
      log("error", "cache_setting_unreadable", { org_id });
      return [];
    });
