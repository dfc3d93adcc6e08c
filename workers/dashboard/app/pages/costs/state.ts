import { useMemo } from "react";
import type { CostBody } from "../../api/costs.ts";
import {
  type CostFilter,
  type DimensionName,
  filterValue,
  isDimension,
  isFilter,
  isTag,
} from "../../lib/cost-query.ts";
import type { Range } from "../../lib/range.ts";
import { type Granularity, usualGranularity } from "../../lib/time-places.ts";
import { viewerTimeZone } from "../../lib/time-zone.ts";
import { useRange } from "../../ui/date-range-picker.tsx";
import { type UrlState, useUrlState } from "../../ui/url-state.ts";

export const MEASURES = {
  cost: "Cost",
  requests: "Requests",
  tokens: "Tokens",
  errors: "Errors",
  cache_hits: "Cache hits",
} as const;
export type Measure = keyof typeof MEASURES;

export const GRANULARITIES = { hour: "Hours", day: "Days", month: "Months" } as const;

/** So many hours are more than anybody can look at, and the API's limit. */
const HOURS_MAX = 31 * 24;
const HOUR_MS = 3_600_000;

export interface CostState {
  readonly url: UrlState;
  readonly range: Range;
  readonly time_zone: string;
  readonly granularity: Granularity;
  /** By what it is cut; null is as a whole. */
  readonly by: string | null;
  /** By what each of these is cut again. */
  readonly then: string | null;
  readonly measure: Measure;
  readonly compare: boolean;
  readonly filter: CostFilter;
}

/** What the explorer shows, read from its address. */
export function useCostState(): CostState {
  const url = useUrlState();
  const range = useRange("30d");
  return useMemo(() => {
    const { all } = url;
    const [from, to] = [Date.parse(range.from), Date.parse(range.to)];
    const by = dimensionIn(all.by ?? null, "team");
    const then = dimensionIn(all.then ?? null, null);
    return {
      url,
      range,
      time_zone: viewerTimeZone(),
      granularity: granularityIn(all.granularity ?? null, from, to),
      by,
      then: by === null || then === by ? null : then,
      measure: isMeasure(all.measure ?? "") ? (all.measure as Measure) : "cost",
      compare: all.compare === "1",
      filter: Object.fromEntries(
        Object.keys(all)
          .filter(isFilter)
          .map((name) => [name, url.values(name).map((text) => filterValue(name, text))]),
      ),
    };
  }, [url, range]);
}

const isMeasure = (name: string): name is Measure => Object.hasOwn(MEASURES, name);

function dimensionIn(text: string | null, usual: DimensionName | null): string | null {
  if (text === "none") return null;
  return text !== null && (isDimension(text) || isTag(text)) ? text : usual;
}

function granularityIn(text: string | null, from: number, to: number): Granularity {
  if (text === "day" || text === "month") return text;
  if (text === "hour" && to - from <= HOURS_MAX * HOUR_MS) return text;
  return usualGranularity(from, to);
}

/** What is asked of all groups together over the whole range. */
export function bodyOf(state: CostState): CostBody {
  const { range, time_zone, by, then, filter, compare } = state;
  return {
    from: range.from,
    to: range.to,
    time_zone,
    group_by: [by, then].filter((name): name is string => name !== null),
    filter: Object.fromEntries(Object.entries(filter).map(([name, values]) => [name, [...values]])),
    ...(compare ? { compare: "previous_period" as const } : {}),
  };
}
