import type { CostAnswer } from "../../api/costs.ts";
import { ChartSkeleton, LazyBars } from "../../charts/lazy.tsx";
import type { Series } from "../../charts/series.ts";
import { formatCents, formatUsdTick } from "../../lib/amounts.ts";
import { groupOf } from "../../lib/cost-groups.ts";
import { formatCompact, formatNumber } from "../../lib/format.ts";
import { placeNames, placesOf } from "../../lib/time-places.ts";
import { measureOf } from "./groups.ts";
import { type CostState, MEASURES } from "./state.ts";

const CHART_PX = 280;
/** As many as have a colour of their own; the others are one. */
export const SERIES_MAX = 7;

/** The measure by hour, day or month, the dearest groups by themselves. */
export function CostChart({ state, costs }: { readonly state: CostState; readonly costs: CostAnswer | undefined }) {
  if (costs === undefined) return <ChartSkeleton height={CHART_PX} />;
  const { range, granularity, time_zone, measure } = state;
  const name = placeNames(granularity, time_zone);
  const places = placesOf(Date.parse(range.from), Date.parse(range.to), granularity, name);
  const money = measure === "cost";
  return (
    <LazyBars
      summary={`${MEASURES[measure]} by ${granularity}, ${money ? formatCents(costs.total_usd) : formatNumber(measureOf(costs.total, measure))} in all`}
      height={CHART_PX}
      places={places}
      series={seriesOf(costs, state, places, name)}
      format={money ? (value) => formatCents(value.toFixed(9)) : formatNumber}
      formatTick={money ? formatUsdTick : formatCompact}
    />
  );
}

function seriesOf(
  costs: CostAnswer,
  { by, measure }: CostState,
  places: readonly string[],
  name: (at_ms: number) => string,
): readonly Series[] {
  const groups = new Map<string, { name: string; other: boolean; sum: number; at: Map<string, number> }>();
  for (const row of costs.data) {
    const group = by === null ? { value: "all", name: MEASURES[measure], other: false } : groupOf(row, by);
    const known = groups.get(group.value) ?? {
      name: group.name,
      other: group.other,
      sum: 0,
      at: new Map<string, number>(),
    };
    const [place, value] = [name(Date.parse(row.time ?? "")), measureOf(row, measure)];
    known.at.set(place, (known.at.get(place) ?? 0) + value);
    known.sum += value;
    groups.set(group.value, known);
  }
  return [...groups.entries()]
    .sort(([, a], [, b]) => Number(a.other) - Number(b.other) || b.sum - a.sum)
    .map(([id, group]) => ({
      id,
      name: group.name,
      values: places.map((place) => group.at.get(place) ?? 0),
      ...(group.other ? { colour: "var(--color-chart-8)" } : {}),
    }));
}
