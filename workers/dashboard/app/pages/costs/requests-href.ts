import type { CostFilter, FilterValue } from "../../lib/cost-query.ts";
import { hrefTo } from "../../lib/paths.ts";
import type { Range } from "../../lib/range.ts";
import { NO_VALUE } from "../requests/no-value.ts";

/** What each dimension is called in the log of requests. */
const PARAMETERS: Readonly<Record<string, string>> = {
  team: "team_id",
  wallet: "wallet_id",
  key: "key_id",
  cost_center: "cost_center",
  provider: "provider",
  model: "model",
  feature: "feature",
  user: "subject",
  country: "country",
  outcome: "outcome",
  status: "status",
};

/** Dimensions of which the log finds what has none. */
const OR_NONE: readonly string[] = ["team", "cost_center"];

/**
 * The address of the log with the requests that a figure is made of: those of this time that fit all of these filters.
 * Null where the log has no filter for one of them.
 */
export function requestsHref(
  { from, to, preset }: Pick<Range, "from" | "to" | "preset">,
  filter: CostFilter,
): string | null {
  const query: Record<string, string> = preset === null ? { from, to } : { range: preset };
  for (const [dimension, [value, ...more]] of Object.entries(filter)) {
    const asked = value === undefined || more.length > 0 ? null : parameterOf(dimension, value);
    // One tag at a time is all that the log takes, and one value of anything.
    if (asked === null || Object.hasOwn(query, asked[0])) return null;
    query[asked[0]] = asked[1];
  }
  return hrefTo(["requests"], query);
}

function parameterOf(dimension: string, value: FilterValue): readonly [string, string] | null {
  const tag = /^tag:(.+)$/s.exec(dimension)?.[1];
  if (tag !== undefined) return value === null ? null : ["tag", `${tag}:${value}`];
  const parameter = PARAMETERS[dimension];
  if (parameter === undefined) return null;
  if (value !== null) return [parameter, String(value)];
  return OR_NONE.includes(dimension) ? [parameter, NO_VALUE] : null;
}
