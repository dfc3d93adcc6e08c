import { type HealthLookup, UNKNOWN_HEALTH } from "../../../../schema/health/target-health.ts";
import type { OrgSnapshot } from "../../stores/org-snapshot.ts";
import { isolateHealth } from "../isolate-health.ts";

/** How providers and models are at a time, as the org's snapshot and this isolate know it. */
export const healthIn =
  ({ org_id, providers }: OrgSnapshot, now: number): HealthLookup =>
  (target) => {
    const slash = target.indexOf("/");
    const provider_id = slash === -1 ? target : target.slice(0, slash);
    const provider = providers.get(provider_id);
    if (provider === undefined) return UNKNOWN_HEALTH;
    const model = slash === -1 ? null : target.slice(slash + 1);
    return isolateHealth.health(org_id, provider_id, model, provider.health, now);
  };
