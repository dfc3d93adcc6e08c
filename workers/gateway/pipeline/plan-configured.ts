import { type ErrorCode, isRefused, type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { log } from "../../../schema/kernel/log.ts";
import { matchesPattern } from "../../../schema/kernel/wildcard.ts";
import type { RequestFacts } from "../../../schema/routing/facts.ts";
import type { RequestScope } from "../http/request-scope.ts";
import type { KeyEntry } from "../stores/api-keys.ts";
import { listersOf } from "../stores/listed-models.ts";
import type { OrgSnapshot } from "../stores/org-snapshot.ts";
import type { NeededCapability } from "./plan.ts";
import { type Routed, routeRequest } from "./routing/route-request.ts";
import { orgSnapshot, reloadedSnapshot } from "./snapshot.ts";

/** What a change of the configuration may have mended since it was last read. */
const MENDABLE: ReadonlySet<ErrorCode> = new Set(["model_not_found", "model_unpriced", "no_provider_available"]);

/**
 * The plan of a request by the org's configuration: one wait when that is in memory. Before a model is refused as unknown
 * or unpriced the configuration is read anew, so that what an administrator has just added works with the next request.
 */
export async function planConfigured(
  facts: RequestFacts,
  needed: NeededCapability,
  key: KeyEntry,
  scope: RequestScope,
): Promise<Routed | Refused> {
  const loaded = await orgSnapshot(scope, key.org_id);
  if (isRefused(loaded)) return loaded;
  const { request_id } = scope;
  const planned = routeRequest({ facts, needed, key, snapshot: loaded.snapshot, request_id });
  if (!isRefused(planned) || !MENDABLE.has(planned.refused.code)) return planned;
  const reloaded = await reloadedSnapshot(scope, key.org_id);
  const snapshot = isRefused(reloaded) ? loaded.snapshot : reloaded.snapshot;
  const again = snapshot === loaded.snapshot ? planned : routeRequest({ facts, needed, key, snapshot, request_id });
  return (await unpriced(facts.model, key, scope, again, snapshot)) ?? again;
}

/**
 * A model that a provider lists and nobody priced is refused for that, not as unknown. Free it is never. Of a provider
 * that `snapshot` does not have yet, enabled a moment ago, it is not known whether its models have prices.
 */
async function unpriced(
  name: string,
  key: KeyEntry,
  { env, request_id }: RequestScope,
  planned: Routed | Refused,
  snapshot: OrgSnapshot,
): Promise<Refused | null> {
  if (!isRefused(planned) || planned.refused.code !== "model_not_found") return null;
  // A bare name may be any provider's: a key for some models only is not told which there are besides.
  if (key.models !== null && !key.models.some((pattern) => matchesPattern(pattern, name))) return null;
  try {
    const listers = await listersOf(env.DB, key.org_id, name);
    if (!listers.some((provider_id) => snapshot.providers.has(provider_id))) return null;
  } catch (error) {
    log("warn", "listed_models_failed", { request_id, reason: String(error) });
    return null;
  }
  const message = `The provider lists the model "${name.slice(0, 100)}", but it has no price here, so it is not served. Ask an administrator to set one: POST /v1/prices.`;
  return refuse("model_unpriced", { message, param: "model" });
}
