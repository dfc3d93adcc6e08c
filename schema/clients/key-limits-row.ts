import { type KeyLimits, keyLimitsSchema } from "../wire/rate-limits.ts";

/** A key's rate limits as D1 has them, or null when there is no such key. Throws when D1 does not answer. */
export async function loadKeyLimits(db: D1Database, key_id: string): Promise<KeyLimits | null> {
  const found = await db
    .prepare("SELECT version, requests_per_minute, tokens_per_minute, concurrent_requests FROM api_keys WHERE id = ?1")
    .bind(key_id)
    .first();
  return found === null ? null : keyLimitsSchema.parse(found);
}
