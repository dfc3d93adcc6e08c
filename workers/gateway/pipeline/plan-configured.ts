import { type ErrorCode, isRefused, type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { log } from "../../../schema/kernel/log.ts";
import { matchesPattern } from "../../../schema/kernel/wildcard.ts";
import type { RequestScope } from "../http/request-scope.ts";
import type { KeyEntry } from "../stores/api-keys.ts";
import { listersOf } from "../stores/listed-models.ts";
import type { OrgSnapshot } from "../stores/org-snapshot.ts";
import type { NeededCapability } from "./plan.ts";
import { probeTarget } from "./probe-target.ts";
import { healthIn } from "./routing/health-in.ts";
import { type AskedFacts, withHealth, withWalletUse } from "./routing/request-shape.ts";
import { type Routed, routeRequest } from "./routing/route-request.ts";
import { walletUse } from "./routing/wallet-use.ts";
import { orgSnapshot, reloadedSnapshot } from "./snapshot.ts";

/** What a change of the configuration may have mended since it was last read. */
const MENDABLE: ReadonlySet<ErrorCode> = new Set(["model_not_found", "model_unpriced", "no_provider_available"]);

/**
 * The plan of a request by the org's configuration: one wait when that is in memory, and one more where a rule asks how much
 * of a wallet is used that this isolate has not looked at lately. Before a model is refused as unknown
 * or unpriced the configuration is read anew, so that what an administrator has just added works with the next request.
 */
export async function planConfigured(
  told: AskedFacts,
  needed: NeededCapability,
  key: KeyEntry,
  scope: RequestScope,
): Promise<Routed | Refused> {
  const loaded = await orgSnapshot(scope, key.org_id);
  if (isRefused(loaded)) return loaded;
  const { request_id } = scope;
  const asks_use = loaded.snapshot.rules.some(({ asks_wallet_use }) => asks_wallet_use);
  const facts = asks_use ? withWalletUse(told, await walletUse(scope, key.wallet_id)) : told;
  const route = (snapshot: OrgSnapshot) =>
    routeRequest({ facts: withHealth(facts, healthIn(snapshot, scope.started_at)), needed, key, snapshot, request_id });
  const planned = route(loaded.snapshot);
  if (!isRefused(planned) && planned.probe !== null) probeTarget(planned.probe, loaded.snapshot, scope);
  if (!isRefused(planned) || !MENDABLE.has(planned.refused.code)) return planned;
  const reloaded = await reloadedSnapshot(scope, key.org_id);
  const snapshot = isRefused(reloaded) ? loaded.snapshot : reloaded.snapshot;
  const again = snapshot === loaded.snapshot ? planned : route(snapshot);
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
