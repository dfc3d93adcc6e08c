import { sumUsd } from "../../lib/amounts.ts";
import { type Row, textIn } from "../../lib/json.ts";

export interface KeyUsage {
  readonly requests: number;
  readonly cost_usd: string;
  /** The last day with a request, RFC 3339. */
  readonly last_day: string;
}

/** Days of keys, added up by key. */
export function usageByKey(days: readonly Row[]): ReadonlyMap<string, KeyUsage> {
  const found = new Map<string, KeyUsage>();
  for (const day of days) {
    const [id, requests] = [textIn(day, "key_id"), Number(day.requests ?? 0)];
    if (requests === 0) continue;
    const known = found.get(id) ?? { requests: 0, cost_usd: "0", last_day: "" };
    const time = textIn(day, "time");
    found.set(id, {
      requests: known.requests + requests,
      cost_usd: sumUsd([known.cost_usd, textIn(day, "cost_usd")]),
      last_day: time > known.last_day ? time : known.last_day,
    });
  }
  return found;
}
