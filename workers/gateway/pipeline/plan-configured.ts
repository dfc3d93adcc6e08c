import { type ErrorCode, isRefused, type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { log } from "../../../schema/kernel/log.ts";
import type { RequestScope } from "../http/request-scope.ts";
import type { KeyEntry } from "../stores/api-keys.ts";
import { isListed } from "../stores/listed-models.ts";
import type { NeededAbility } from "./needed-abilities.ts";
import { matches, type NeededCapability, type Plan, planRequest } from "./plan.ts";
import { orgSnapshot, reloadedSnapshot } from "./snapshot.ts";

/** What a change of the configuration may have mended since it was last read. */
const MENDABLE: ReadonlySet<ErrorCode> = new Set(["model_not_found", "model_unpriced", "no_provider_available"]);

/**
 * The plan of a request by the org's configuration: one wait when that is in memory. Before a model is refused as unknown
 * or unpriced the configuration is read anew, so that what an administrator has just added works with the next request.
 */
export async function planConfigured(
  name: string,
  needed: NeededCapability,
  key: KeyEntry,
  scope: RequestScope,
  abilities: readonly NeededAbility[] = [],
): Promise<{ readonly plan: Plan } | Refused> {
  const loaded = await orgSnapshot(scope, key.org_id);
  if (isRefused(loaded)) return loaded;
  const planned = planRequest(name, needed, key, loaded.snapshot, scope.started_at, abilities);
  if (!isRefused(planned) || !MENDABLE.has(planned.refused.code)) return planned;
  const reloaded = await reloadedSnapshot(scope, key.org_id);
  const again =
    isRefused(reloaded) || reloaded.snapshot === loaded.snapshot
      ? planned
      : planRequest(name, needed, key, reloaded.snapshot, scope.started_at, abilities);
  return (await unpriced(name, key, scope, again)) ?? again;
}

/** A model that a provider lists and nobody priced is refused for that, not as unknown. Free it is never. */
async function unpriced(
  name: string,
  key: KeyEntry,
  { env, request_id }: RequestScope,
  planned: { readonly plan: Plan } | Refused,
): Promise<Refused | null> {
  if (!isRefused(planned) || planned.refused.code !== "model_not_found") return null;
  // A bare name may be any provider's: a key for some models only is not told which there are besides.
  if (key.models !== null && !key.models.some((pattern) => matches(pattern, name))) return null;
  try {
    if (!(await isListed(env.DB, key.org_id, name))) return null;
  } catch (error) {
    log("warn", "listed_models_failed", { request_id, reason: String(error) });
    return null;
  }
  const message = `The provider lists the model "${name.slice(0, 100)}", but it has no price here, so it is not served. Ask an administrator to set one: POST /v1/prices.`;
  return refuse("model_unpriced", { message, param: "model" });
}
