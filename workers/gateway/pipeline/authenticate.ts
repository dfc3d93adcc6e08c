import { API_KEY_PATTERN, hashApiKey } from "../../../schema/credential/api-key.ts";
import { readApiKey } from "../../../schema/http/caller-headers.ts";
import { isRefused, type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { log } from "../../../schema/kernel/log.ts";
import type { RequestScope } from "../http/request-scope.ts";
import { type KeyEntry, loadKey } from "../stores/api-keys.ts";
import { FreshCache } from "../stores/fresh-cache.ts";

/**
 * A known key is used for five seconds without a look at D1, and for ten minutes while D1 is down: what must act at once
 * (revocation, freezing) is enforced by the wallet object, which every request with a key passes: what places no hold asks
 * it by `standingOfKey`.
 */
const known = new FreshCache<KeyEntry | null>({ fresh_ms: 5_000, stale_ms: 600_000, entries_max: 10_000 });

/** A refusal; of a key that was good once, also whose that was. */
export interface Unauthenticated extends Refused {
  readonly whose?: KeyEntry;
}

export type Authentication = { readonly key: KeyEntry } | Unauthenticated;

/**
 * Who calls. Refuses with 401 for no key, a malformed, unknown, expired or revoked one; 403 when the key lacks the scope;
 * 503 when the key store does not answer (never 401: the key may be good). A key that is refused for what is remembered
 * of it is looked up again first, since an administrator may have changed it a moment ago.
 */
export async function authenticate(
  headers: Headers,
  scope: RequestScope,
  needed: "inference" | "admin",
): Promise<Authentication> {
  const presented = readApiKey(headers);
  if (presented === null)
    return refuse("invalid_api_key", { message: "No API key was sent. Send `Authorization: Bearer ao_…`." });
  if (!API_KEY_PATTERN.test(presented)) return refuse("invalid_api_key");
  const hash = await hashApiKey(scope.config.AO_KEY_PEPPER, presented);
  const remembered = await lookUp(hash, scope, (load) =>
    known.get(hash, scope.started_at, load, (promise) => scope.waitUntil(promise)),
  );
  const verdict = judge(remembered, needed, scope.started_at);
  // An unknown key was looked up just now, and nothing brings a revoked one back.
  const final = typeof remembered !== "object" || remembered === null || remembered.revoked_at !== null;
  if (final || !isRefused(verdict)) return verdict;
  const reloaded = await lookUp(hash, scope, (load) => known.reload(hash, scope.started_at, load));
  return judge(reloaded, needed, scope.started_at);
}

/** What somebody is told whose key was revoked, whether the store says so or the key's wallet. */
export const refuseRevoked = (): Refused => refuse("invalid_api_key", { message: "This API key was revoked." });

type Found = KeyEntry | "unavailable" | null;

function judge(key: Found, needed: "inference" | "admin", now: number): Authentication {
  if (key === null) return refuse("invalid_api_key");
  if (key === "unavailable")
    return refuse("store_unavailable", { message: "The key store does not answer. Try again.", retry_after_ms: 1_000 });
  if (key.revoked_at !== null) {
    return { ...refuseRevoked(), whose: key };
  }
  if (key.expires_at !== null && key.expires_at <= now) {
    return {
      ...refuse("invalid_api_key", { message: "This API key has expired. Ask for a new one." }),
      whose: key,
    };
  }
  if (!key.scopes.includes(needed)) {
    return refuse("forbidden", { message: `This key lacks the scope "${needed}". Use another key.` });
  }
  return { key };
}

type Load = () => Promise<KeyEntry | null>;

async function lookUp(
  hash: string,
  scope: RequestScope,
  find: (load: Load) => KeyEntry | null | Promise<KeyEntry | null>,
): Promise<Found> {
  try {
    const entry = await find(() => loadKey(scope.env.DB, hash));
    // A missing key is not remembered: it may be created the next moment.
    if (entry === null) known.delete(hash);
    return entry;
  } catch (error) {
    log("error", "key_store_failed", { request_id: scope.request_id, reason: String(error) });
    return "unavailable";
  }
}
