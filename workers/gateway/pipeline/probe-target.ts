import { log } from "../../../schema/kernel/log.ts";
import { monitorOf } from "../../../schema/wire/monitor-rpc.ts";
import type { RequestScope } from "../http/request-scope.ts";
import type { OrgSnapshot } from "../stores/org-snapshot.ts";
import { isolateHealth } from "./isolate-health.ts";
import type { Choice } from "./routing/choice.ts";

/**
 * A routed request met a model that is half open. By a permit it is asked first: the permit is taken. Without one the
 * monitor is asked for the next request, behind this one.
 */
export function probeTarget(
  { model: name, permitted }: NonNullable<Choice["probe"]>,
  snapshot: OrgSnapshot,
  scope: RequestScope,
): void {
  const { org_id } = snapshot;
  const provider_id = name.slice(0, name.indexOf("/"));
  const model = name.slice(provider_id.length + 1);
  if (permitted) {
    isolateHealth.takePermit(org_id, provider_id, model);
    return;
  }
  const published = snapshot.providers.get(provider_id)?.health;
  const namespace = scope.env.MONITOR;
  const now = scope.effects.now();
  if (published === undefined || !isolateHealth.wantsPermit(org_id, provider_id, model, published, now)) return;
  if (namespace === undefined) {
    isolateHealth.permit(org_id, provider_id, model, now);
    return;
  }
  const ask = async (): Promise<void> => {
    const { granted, shared } = await monitorOf(namespace, org_id, provider_id).probe(model);
    isolateHealth.learn(org_id, provider_id, shared);
    if (granted) isolateHealth.permit(org_id, provider_id, model, scope.effects.now());
  };
  scope.waitUntil(
    ask().catch((error: unknown) => log("warn", "probe_not_asked", { org_id, provider_id, reason: String(error) })),
  );
}
