import type { NewAlert } from "../../../schema/notifications/alert.ts";
import type { Verdict } from "./compare.ts";
import { formatPercent } from "./show.ts";
import type { Reconciliation } from "./store.ts";

/**
 * The alert of a comparison that is an alarm; none where it is not. A file that is compared anew and is still an alarm is
 * told again, but not within the minutes in which the same is sent once.
 */
export function alertsOf(made: Reconciliation, verdict: Verdict): readonly NewAlert[] {
  if (!verdict.alarm) return [];
  const { id, org_id, provider_id, first_day, last_day, threshold, compared_at } = made;
  return [
    {
      source: `reconciliation/${id}/${compared_at}`,
      org_id,
      kind: "bill",
      object: { type: "provider", id: provider_id },
      team_id: null,
      at: compared_at,
      details: {
        reconciliation_id: id,
        first_day,
        last_day,
        drift_percent: verdict.drift === null ? null : formatPercent(verdict.drift),
        threshold_percent: formatPercent(threshold),
        models: verdict.models.slice(0, MODELS_NAMED),
        models_in_all: verdict.models.length,
      },
      dedupe_key: `reconciliation/${id}`,
    },
  ];
}

/** More than these nobody reads in a message; the comparison has them all. */
const MODELS_NAMED = 10;
