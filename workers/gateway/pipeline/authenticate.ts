import { API_KEY_PATTERN, hashApiKey } from "../../../schema/credential/api-key.ts";
import { type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { log } from "../../../schema/kernel/log.ts";
import { readApiKey } from "../http/headers.ts";
import type { RequestScope } from "../http/request-scope.ts";
import { type KeyEntry, loadKey } from "../stores/api-keys.ts";
import { FreshCache } from "../stores/fresh-cache.ts";

/**
 * A known key is used for ten seconds without a look at D1, and for ten minutes while D1 is down: what must act at once
 * (revocation, freezing) is enforced by the wallet object, which every paid request passes.
 */
const known = new FreshCache<KeyEntry | null>({ fresh_ms: 10_000, stale_ms: 600_000, entries_max: 10_000 });

/**
 * Who calls. Refuses with 401 for no key, a malformed, unknown, expired or revoked one; 403 when the key lacks the scope;
 * 503 when the key store does not answer (never 401: the key may be good).
 */
export async function authenticate(
  headers: Headers,
  scope: RequestScope,
  needed: "inference" | "admin",
): Promise<{ readonly key: KeyEntry } | Refused> {
  const presented = readApiKey(headers);
  if (presented === null)
    return refuse("invalid_api_key", { message: "No API key was sent. Send `Authorization: Bearer ao_…`." });
  if (!API_KEY_PATTERN.test(presented)) return refuse("invalid_api_key");
  const hash = await hashApiKey(scope.config.AO_KEY_PEPPER, presented);
  const key = await lookUp(hash, scope);
  if (key === null) return refuse("invalid_api_key");
  if (key === "unavailable")
    return refuse("store_unavailable", { message: "The key store does not answer. Try again.", retry_after_ms: 1_000 });
  if (key.revoked_at !== null) return refuse("invalid_api_key", { message: "This API key was revoked." });
  if (key.expires_at !== null && key.expires_at <= scope.started_at) {
    return refuse("invalid_api_key", { message: "This API key has expired. Ask for a new one." });
  }
  if (!key.scopes.includes(needed)) {
    return refuse("forbidden", { message: `This key lacks the scope "${needed}". Use another key.` });
  }
  return { key };
}

async function lookUp(hash: string, scope: RequestScope): Promise<KeyEntry | "unavailable" | null> {
  try {
    const load = () => loadKey(scope.env.DB, hash);
    const entry = await known.get(hash, scope.started_at, load, scope.waitUntil);
    // A missing key is not remembered: it may be created the next moment.
    if (entry === null) known.delete(hash);
    return entry;
  } catch (error) {
    log("error", "key_store_failed", { request_id: scope.request_id, reason: String(error) });
    return "unavailable";
  }
}
