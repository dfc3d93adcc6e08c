import { and, asc, eq } from "drizzle-orm";
import * as z from "zod";
import {
  CACHE_BOUNDS,
  CACHE_DEFAULTS,
  CACHE_MODES,
  CACHE_SCOPES,
  CACHED_ROUTES,
  MODEL_PATTERN,
} from "../../../schema/caching/cache-setting.ts";
import { formatTime } from "../../../schema/kernel/time.ts";
import { cacheSettings } from "../../../schema/tables/console.ts";
import type { Database } from "../store/database.ts";

/** How many patterns a setting may have. */
const PATTERNS_MAX = 50;

const pattern = z
  .string()
  .regex(MODEL_PATTERN, "must be `provider/model`; * stands for any characters")
  .describe("`provider/model`, `*` for any characters.");
const [LEAST_TTL, MOST_TTL] = CACHE_BOUNDS.ttl_ms;
const ttl = z
  .int()
  .min(LEAST_TTL, `must be at least ${LEAST_TTL}`)
  .max(MOST_TTL, `must be at most ${MOST_TTL}, which is thirty days`);
const [LEAST_THRESHOLD, MOST_THRESHOLD] = CACHE_BOUNDS.threshold;
const [LEAST_BYTES, MOST_BYTES] = CACHE_BOUNDS.max_bytes;

const fields = {
  mode: z
    .enum(CACHE_MODES, `must be one of ${CACHE_MODES.join(", ")}`)
    .describe(
      "`exact`: the same request again. `semantic`: a last question that means the same, everything around it being equal. `both`. `shadow`: serves nothing and reports what it would have served. `off`.",
    ),
  threshold: z
    .number()
    .min(LEAST_THRESHOLD, `must be at least ${LEAST_THRESHOLD}`)
    .max(MOST_THRESHOLD, "must be at most 1")
    .describe(`How near a question must be, as a cosine; ${CACHE_DEFAULTS.threshold} unless given.`),
  ttl_ms: ttl.describe("How long an answer is kept; a day unless given."),
  model_ttls: z
    .array(z.object({ model: pattern, ttl_ms: ttl }))
    .max(PATTERNS_MAX)
    .describe("Other lifetimes for models; the first pattern that fits counts."),
  models: z.array(pattern).min(1).max(PATTERNS_MAX).nullable().describe("The models it is for. Without any, all."),
  routes: z
    .array(z.enum(CACHED_ROUTES, `must be some of ${CACHED_ROUTES.join(", ")}`))
    .min(1)
    .nullable()
    .describe("The routes it is for. Without any, all."),
  tool_calls: z.boolean().describe("Whether answers that call tools are kept, too; false unless given."),
  hit_price_percent: z
    .int()
    .min(0, "must be at least 0")
    .max(100, "must be at most 100")
    .describe("What a hit costs, in percent of what the provider's answer would; 0 unless given."),
  embedding_model: z
    .string()
    .regex(/^[\x21-\x7e]+\/[\x21-\x7e]+$/, "must be `provider/model`")
    .max(200)
    .nullable()
    .describe(
      "Whose embeddings questions are compared by, paid from the same wallet. Without one, the platform's own.",
    ),
  max_bytes: z
    .int()
    .min(LEAST_BYTES, `must be at least ${LEAST_BYTES}`)
    .max(MOST_BYTES, `must be at most ${MOST_BYTES}`)
    .describe(
      "How much a team's cache holds; beyond it those answers go that were used longest ago. 64 MiB unless given.",
    ),
} as const;

/** What a setting says. Everything but scope and mode has a default. */
export const settingInput = z.object({
  scope: z.enum(CACHE_SCOPES, `must be one of ${CACHE_SCOPES.join(", ")}`).describe("What it is for."),
  team_id: z.string().nullish().describe("The team, with `scope` team."),
  key_id: z.string().nullish().describe("The key, with `scope` key."),
  mode: fields.mode,
  threshold: fields.threshold.default(CACHE_DEFAULTS.threshold),
  ttl_ms: fields.ttl_ms.default(CACHE_DEFAULTS.ttl_ms),
  model_ttls: fields.model_ttls.default([]),
  models: fields.models.default(null),
  routes: fields.routes.default(null),
  tool_calls: fields.tool_calls.default(false),
  hit_price_percent: fields.hit_price_percent.default(0),
  embedding_model: fields.embedding_model.default(null),
  max_bytes: fields.max_bytes.default(CACHE_DEFAULTS.max_bytes),
});
export type SettingInput = z.infer<typeof settingInput>;

export const shownSetting = z.object({
  id: z.string(),
  scope: z.enum(CACHE_SCOPES),
  team_id: z.string().nullable(),
  key_id: z.string().nullable(),
  ...fields,
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
});

export type SettingRow = typeof cacheSettings.$inferSelect;

/** A setting as it is told. */
export const showSetting = ({
  org_id: _org,
  target: _target,
  version: _version,
  created_at,
  updated_at,
  ...row
}: SettingRow): Record<string, unknown> => ({
  ...row,
  created_at: formatTime(created_at),
  updated_at: formatTime(updated_at),
});

/** All settings of the org. Throws what D1 throws. */
export const readSettings = (db: Database, org_id: string): Promise<SettingRow[]> =>
  db
    .select()
    .from(cacheSettings)
    .where(eq(cacheSettings.org_id, org_id))
    .orderBy(asc(cacheSettings.scope), asc(cacheSettings.target));

/** The org's setting of a target, or with an id; null when there is none. */
export async function readSetting(
  db: Database,
  org_id: string,
  by: { readonly target: string } | { readonly id: string },
): Promise<SettingRow | null> {
  const is = "id" in by ? eq(cacheSettings.id, by.id) : eq(cacheSettings.target, by.target);
  const [row] = await db
    .select()
    .from(cacheSettings)
    .where(and(eq(cacheSettings.org_id, org_id), is))
    .limit(1);
  return row ?? null;
}
