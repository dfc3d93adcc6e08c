import { ChartSkeleton, LazyBars } from "../../charts/lazy.tsx";
import { chartUsd, formatCents, formatUsdTick, sumUsd } from "../../lib/amounts.ts";
import { hrefOfQuery } from "../../lib/cost-query.ts";
import { optionsOf } from "../../lib/format.ts";
import { viewerTimeZone } from "../../lib/time-zone.ts";
import { Card } from "../../ui/card.tsx";
import { Link } from "../../ui/link.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { useUrlState } from "../../ui/url-state.ts";
import { CUTS, type Cut, groupName, type Spend } from "./overview.ts";

const CHART_PX = 160;

const options = optionsOf(CUTS);

/** How spending is cut, from the address. */
export function useCut(): readonly [Cut, (cut: string) => void] {
  const url = useUrlState();
  const named = url.get("by");
  const cut = named !== null && Object.hasOwn(CUTS, named) ? (named as Cut) : "team";
  return [cut, (next) => url.set({ by: next === "team" ? null : next })];
}

/** What each day of 30 cost, by team, model or feature. */
export function SpendCard({ spend }: { readonly spend: Spend | undefined }) {
  const [cut, setCut] = useCut();
  return (
    <Card
      title="Spend by day"
      description={`The last 30 days, ${viewerTimeZone()}`}
      actions={
        <>
          <Segmented label="Cut by" options={options} value={cut} onChange={setCut} />
          {spend === undefined ? null : (
            <Link
              to={hrefOfQuery({ ...spend.by[cut].query, granularity: "day" })}
              className="rounded-sm text-xs font-medium text-accent-ink hover:underline"
            >
              Explore
            </Link>
          )}
        </>
      }
    >
      {spend === undefined ? <ChartSkeleton height={CHART_PX} /> : <Days spend={spend} cut={cut} />}
    </Card>
  );
}

function Days({ spend, cut }: { readonly spend: Spend; readonly cut: Cut }) {
  const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: viewerTimeZone() });
  const days = spend.per_day.data;
  return (
    <LazyBars
      summary={`Spend by day and ${cut}, ${formatCents(sumUsd(days.map(({ cost_usd }) => cost_usd)))} in all`}
      height={CHART_PX}
      places={days.map(({ time }) => day.format(Date.parse(time)))}
      series={spend.by[cut].data.map((group) => ({
        id: groupName(cut, group),
        name: groupName(cut, group),
        sum: formatCents(group.cost_usd),
        values: group.per_day_usd.map(chartUsd),
        ...(group.other ? { colour: "var(--color-chart-8)" } : {}),
      }))}
      format={(value) => formatCents(value.toFixed(9))}
      formatTick={formatUsdTick}
    />
  );
}
