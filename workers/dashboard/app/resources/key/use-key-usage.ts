import { type CostAnswer, useCosts } from "../../api/costs.ts";
import { effects } from "../../lib/effects.ts";
import { presetRange } from "../../lib/range.ts";
import { viewerTimeZone } from "../../lib/time-zone.ts";
import { useAccess } from "../../session/access.tsx";
import { type KeyUsage, usageByKey } from "./usage.ts";

const NOTHING: ReadonlyMap<string, KeyUsage> = new Map();

/** What each key did in the last 30 days, by its id; undefined while it is not known, or may not be. */
export function useKeyUsage(key_id?: string): ReadonlyMap<string, KeyUsage> | undefined {
  const access = useAccess();
  const { from, to } = presetRange("30d", effects.now());
  const time_zone = viewerTimeZone();
  const body = {
    from,
    to,
    granularity: "day" as const,
    time_zone,
    group_by: ["key"],
    ...(key_id === undefined ? {} : { filter: { key: key_id } }),
  };
  const { data, isError } = useCosts(body, { enabled: access.may("analytics:read"), select: ofKeys });
  // Of a lead it is told by team only: nothing is shown instead of a wait without end.
  return isError ? NOTHING : data;
}

const ofKeys = ({ data }: CostAnswer): ReadonlyMap<string, KeyUsage> => usageByKey(data);
