import { type ErrorCode, isRefused, type Refused } from "../../../schema/kernel/errors.ts";
import type { RequestScope } from "../http/request-scope.ts";
import type { KeyEntry } from "../stores/api-keys.ts";
import { type NeededCapability, type Plan, planRequest } from "./plan.ts";
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
): Promise<{ readonly plan: Plan } | Refused> {
  const loaded = await orgSnapshot(scope, key.org_id);
  if (isRefused(loaded)) return loaded;
  const planned = planRequest(name, needed, key, loaded.snapshot, scope.started_at);
  if (!isRefused(planned) || !MENDABLE.has(planned.refused.code)) return planned;
  const reloaded = await reloadedSnapshot(scope, key.org_id);
  if (isRefused(reloaded) || reloaded.snapshot === loaded.snapshot) return planned;
  return planRequest(name, needed, key, reloaded.snapshot, scope.started_at);
}
