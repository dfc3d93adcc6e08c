import { type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { log } from "../../../schema/kernel/log.ts";
import type { GatewayConfig } from "../env.ts";
import type { RequestScope } from "../http/request-scope.ts";
import { FreshCache } from "../stores/fresh-cache.ts";
import { loadOrgSnapshot, type OrgSnapshot } from "../stores/org-snapshot.ts";

/** One cache per configuration, so that its age limit is the configured one. */
const caches = new WeakMap<GatewayConfig, FreshCache<OrgSnapshot>>();

function cacheOf(config: GatewayConfig): FreshCache<OrgSnapshot> {
  const known = caches.get(config);
  if (known !== undefined) return known;
  const cache = new FreshCache<OrgSnapshot>({
    fresh_ms: config.AO_SNAPSHOT_MS,
    // An hour without D1 is survived; what must act at once does not come from here.
    stale_ms: 3_600_000,
    entries_max: 1_000,
  });
  caches.set(config, cache);
  return cache;
}

/** The org's compiled configuration: from memory when warm, from D1 when cold; 503 when D1 does not answer then. */
export async function orgSnapshot(
  scope: RequestScope,
  org_id: string,
): Promise<{ readonly snapshot: OrgSnapshot } | Refused> {
  try {
    const load = () => loadOrgSnapshot(scope.env.DB, scope.config.AO_MASTER_KEY, org_id);
    const snapshot = await cacheOf(scope.config).get(org_id, scope.started_at, load, scope.waitUntil);
    return { snapshot };
  } catch (error) {
    log("error", "snapshot_failed", { org_id, request_id: scope.request_id, reason: String(error) });
    return refuse("store_unavailable", {
      message: "The configuration store does not answer. Try again.",
      retry_after_ms: 1_000,
    });
  }
}
