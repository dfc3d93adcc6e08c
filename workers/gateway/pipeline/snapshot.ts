import { masterKeysOf } from "../../../schema/credential/master-keys.ts";
import { type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { log } from "../../../schema/kernel/log.ts";
import type { GatewayConfig } from "../env.ts";
import type { RequestScope } from "../http/request-scope.ts";
import { FreshCache } from "../stores/fresh-cache.ts";
import { loadOrgSnapshot, type OrgSnapshot, type SnapshotQuery } from "../stores/org-snapshot.ts";

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

type Loaded = { readonly snapshot: OrgSnapshot } | Refused;

/** The org's compiled configuration: from memory when warm, from D1 when cold; 503 when D1 does not answer then. */
export const orgSnapshot = (scope: RequestScope, org_id: string): Promise<Loaded> =>
  loaded(scope, org_id, (load) =>
    cacheOf(scope.config).get(org_id, scope.started_at, load, (promise) => scope.waitUntil(promise)),
  );

/**
 * The same as D1 has it now: asked for before a request is refused for what may
 * have been configured since.
 */
export const reloadedSnapshot = (scope: RequestScope, org_id: string): Promise<Loaded> =>
  loaded(scope, org_id, (load) => cacheOf(scope.config).reload(org_id, scope.started_at, load));

/** Past the cache, with `also` that provider even if it is disabled: for a test of the provider. */
export const snapshotWith = (scope: RequestScope, org_id: string, also: string): Promise<Loaded> =>
  loaded(scope, org_id, () => load(scope, org_id, { also }));

/** Past the cache, with all providers that are disabled: for what is not called. */
export const snapshotWithDisabled = (scope: RequestScope, org_id: string): Promise<Loaded> =>
  loaded(scope, org_id, () => load(scope, org_id, { disabled: true }));

async function loaded(
  scope: RequestScope,
  org_id: string,
  find: (load: () => Promise<OrgSnapshot>) => OrgSnapshot | Promise<OrgSnapshot>,
): Promise<Loaded> {
  try {
    return { snapshot: await find(() => load(scope, org_id)) };
  } catch (error) {
    log("error", "snapshot_failed", { org_id, request_id: scope.request_id, reason: String(error) });
    return refuse("store_unavailable", {
      message: "The configuration store does not answer. Try again.",
      retry_after_ms: 1_000,
    });
  }
}

const load = (
  scope: RequestScope,
  org_id: string,
  more: Pick<SnapshotQuery, "also" | "disabled"> = {},
): Promise<OrgSnapshot> =>
  loadOrgSnapshot(scope.env.DB, masterKeysOf(scope.config), { org_id, now: scope.started_at, ...more });
