import * as z from "zod";
import { matchesPattern } from "../kernel/wildcard.ts";

/**
 * How an org, a team or a key uses the response cache. Nothing is cached where no setting says so. The most specific
 * setting whose filters fit a request is the whole truth about it: nothing is inherited from a wider one.
 */

export const CACHE_SCOPES = ["org", "team", "key"] as const;
export type CacheScope = (typeof CACHE_SCOPES)[number];

export const CACHE_MODES = [
  "off",
  /** The same request again. */
  "exact",
  /** A last question that means the same, everything around it being equal. */
  "semantic",
  "both",
  /** Looks as `both` does, serves nothing, and compares what it would have served with the fresh answer. */
  "shadow",
] as const;
export type CacheMode = (typeof CACHE_MODES)[number];

/** The routes whose answers can be kept. */
export const CACHED_ROUTES = [
  "/v1/chat/completions",
  "/v1/completions",
  "/v1/messages",
  "/v1/responses",
  "/v1/embeddings",
  "/v1/rerank",
] as const;

export const MODEL_PATTERN = /^[\x21-\x7e]{1,200}$/;

const modelTtl = z.object({ model: z.string().regex(MODEL_PATTERN), ttl_ms: z.int() });

export const CACHE_DEFAULTS = {
  /** Cosine similarity: near misses of all embedders lie high, so only what is nearly the same is looked at. */
  threshold: 0.92,
  ttl_ms: 24 * 60 * 60 * 1000,
  /** Bytes of sealed answers in a namespace; beyond it those go first that were used longest ago. */
  max_bytes: 64 * 1024 * 1024,
} as const;

export const CACHE_BOUNDS = {
  threshold: [0.8, 1],
  /** Thirty days: what is older is of another model version, most likely. */
  ttl_ms: [1_000, 30 * 24 * 60 * 60 * 1000],
  /** A Durable Object holds 10 GB; a tenth leaves room for what is being replaced. */
  max_bytes: [64 * 1024, 1024 * 1024 * 1024],
} as const satisfies Readonly<Record<string, readonly [number, number]>>;

export const cacheSettingSchema = z.object({
  id: z.string(),
  scope: z.enum(CACHE_SCOPES),
  /** Of scope `team`. */
  team_id: z.string().nullable(),
  /** Of scope `key`. */
  key_id: z.string().nullable(),
  mode: z.enum(CACHE_MODES),
  threshold: z.number(),
  ttl_ms: z.int(),
  /** Other lifetimes for models; the first pattern that fits counts. */
  model_ttls: z.array(modelTtl),
  /** Patterns of `provider/model`; null is all. */
  models: z.array(z.string()).nullable(),
  /** Null is all of CACHED_ROUTES. */
  routes: z.array(z.string()).nullable(),
  /** Whether answers that call tools may be kept. */
  tool_calls: z.boolean(),
  /** What a hit costs, in percent of what the answer would cost now. */
  hit_price_percent: z.int(),
  /** `provider/model` whose embeddings the questions are compared by; null is the platform's own. */
  embedding_model: z.string().nullable(),
  max_bytes: z.int(),
});
export type CacheSetting = z.infer<typeof cacheSettingSchema>;

/** What of a request decides which setting it is under. */
export interface CachedFacts {
  readonly team_id: string | null;
  readonly key_id: string;
  /** `provider/model`, as it is planned. */
  readonly model: string;
  readonly route: string;
}

/** Most specific first. */
const PRECEDENCE: readonly CacheScope[] = ["key", "team", "org"];

/** The setting that a request is under, or null where none fits or it says `off`. */
export function settingFor(settings: readonly CacheSetting[], facts: CachedFacts): CacheSetting | null {
  for (const scope of PRECEDENCE) {
    const found = settings.find((setting) => setting.scope === scope && holds(setting, facts));
    if (found !== undefined) return found.mode === "off" ? null : found;
  }
  return null;
}

function holds({ scope, team_id, key_id, models, routes }: CacheSetting, facts: CachedFacts): boolean {
  if (scope === "key" && key_id !== facts.key_id) return false;
  if (scope === "team" && (facts.team_id === null || team_id !== facts.team_id)) return false;
  if (routes !== null && !routes.includes(facts.route)) return false;
  return models === null || models.some((pattern) => matchesPattern(pattern, facts.model));
}

/** How long an answer of that model is kept. */
export const ttlOf = ({ ttl_ms, model_ttls }: CacheSetting, model: string): number =>
  model_ttls.find((row) => matchesPattern(row.model, model))?.ttl_ms ?? ttl_ms;

/** Whether the setting looks for the same request, and whether for one that means the same. */
export const looksExactly = ({ mode }: CacheSetting): boolean => mode !== "semantic" && mode !== "off";
export const looksByMeaning = ({ mode }: CacheSetting): boolean =>
  mode === "semantic" || mode === "both" || mode === "shadow";
