import type { NewAlert } from "../../../schema/notifications/alert.ts";

export interface HealthChange {
  readonly org_id: string;
  readonly provider_id: string;
  /** What was told last; null when nothing was. */
  readonly before: string | null;
  readonly state: string;
  /** Since when it is so, milliseconds. */
  readonly since: number;
}

/** What somebody has to be told of a change: that a provider went down, and that it is back. Null for all else. */
export function healthAlert({ org_id, provider_id, before, state, since }: HealthChange): NewAlert | null {
  const down = state === "down";
  const back = before === "down" && (state === "healthy" || state === "degraded");
  if (!down && !back) return null;
  return {
    source: `provider/${org_id}/${provider_id}/${state}/${since}`,
    org_id,
    kind: "provider",
    object: { type: "provider", id: provider_id },
    team_id: null,
    at: since,
    details: { state, before },
    // One that goes up and down all the time is told of once each way.
    dedupe_key: `provider/${provider_id}/${down ? "down" : "back"}`,
  };
}
