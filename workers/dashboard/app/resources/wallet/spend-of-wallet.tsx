import { type CostAnswer, useCosts } from "../../api/costs.ts";
import { ChartSkeleton, LazyBars } from "../../charts/lazy.tsx";
import { chartUsd, formatCents, formatUsdTick, sumUsd } from "../../lib/amounts.ts";
import { BELOW, costsHref } from "../../lib/cost-query.ts";
import { effects } from "../../lib/effects.ts";
import { type Row, textIn } from "../../lib/json.ts";
import { presetRange } from "../../lib/range.ts";
import { placeNames, placesOf } from "../../lib/time-places.ts";
import { viewerTimeZone } from "../../lib/time-zone.ts";
import { useAccess } from "../../session/access.tsx";
import { Card } from "../../ui/card.tsx";
import { Link } from "../../ui/link.tsx";
import { ErrorState } from "../../ui/states.tsx";

const CHART_PX = 200;
const SERIES_MAX = 6;

/** What each of 30 days cost, by dimension; whatever `filter` says. */
export function SpendByDay({
  title,
  by,
  filter,
  names,
}: {
  readonly title: string;
  readonly by: "wallet" | "model" | "key";
  readonly filter: Readonly<Record<string, string | string[]>>;
  readonly names?: (id: string) => string;
}) {
  const access = useAccess();
  const { from, to } = presetRange("30d", effects.now());
  const time_zone = viewerTimeZone();
  const body = { from, to, granularity: "day" as const, time_zone, group_by: [by], filter, top: SERIES_MAX };
  const costs = useCosts(body, { enabled: access.may("analytics:read"), keepPrevious: true });
  // A lead may see the costs of their teams, and not those of every wallet.
  if (!access.may("analytics:read") || costs.error?.status === 403) return null;
  const place = placeNames("day", time_zone);
  const places = placesOf(Date.parse(from), Date.parse(to), "day", place);
  const total = sumUsd((costs.data?.data ?? []).map(({ cost_usd }) => cost_usd));
  return (
    <Card
      title={title}
      description={costs.data === undefined ? "The last 30 days" : `${formatCents(total)} in the last 30 days`}
      actions={
        <Link
          to={costsHref({ by, range: "30d", filter })}
          className="rounded-sm text-xs font-medium text-accent-ink hover:underline"
        >
          Explore
        </Link>
      }
    >
      {costs.isError ? (
        <ErrorState error={costs.error} onRetry={() => void costs.refetch()} />
      ) : costs.data === undefined ? (
        <ChartSkeleton height={CHART_PX} />
      ) : (
        <LazyBars
          summary={`${title} by day, ${formatCents(total)} in all`}
          height={CHART_PX}
          places={places}
          series={seriesOf(costs.data, by, places, place, names)}
          format={(value) => formatCents(value.toFixed(9))}
          formatTick={formatUsdTick}
        />
      )}
    </Card>
  );
}

function seriesOf(
  costs: CostAnswer,
  by: string,
  places: readonly string[],
  place: (at_ms: number) => string,
  names: ((id: string) => string) | undefined,
) {
  const groups = new Map<string, Map<string, string>>();
  const texts = new Map<string, string>();
  for (const row of costs.data as readonly Row[]) {
    const id = row.other === true ? OTHERS : textIn(row, by) || textIn(row, `${by}_id`);
    texts.set(id, id === OTHERS ? "All others" : textIn(row, `${by}_name`) || names?.(id) || id || "None");
    const days = groups.get(id) ?? new Map<string, string>();
    days.set(place(Date.parse(textIn(row, "time"))), textIn(row, "cost_usd"));
    groups.set(id, days);
  }
  return [...groups]
    .map(([id, days]) => ({
      id: id || "none",
      name: texts.get(id) ?? id,
      values: places.map((day) => chartUsd(days.get(day) ?? "0")),
      ...(id === OTHERS ? { colour: "var(--color-chart-8)" } : {}),
    }))
    .sort((a, b) => Number(a.id === OTHERS) - Number(b.id === OTHERS) || sum(b.values) - sum(a.values));
}

const OTHERS = "~others";
const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

/** What a wallet and all below it spent, however many those are. */
export function SpendOfWallet({ id, wallets }: { readonly id: string; readonly wallets: readonly Row[] }) {
  const nameOf = (wallet: string): string => textIn(wallets.find((row) => row.id === wallet) ?? {}, "name") || wallet;
  const filter = { [BELOW]: id };
  return wallets.some(({ parent_id }) => parent_id === id) ? (
    <SpendByDay title="Spend, with the wallets below" by="wallet" filter={filter} names={nameOf} />
  ) : (
    <SpendByDay title="Spend by model" by="model" filter={filter} />
  );
}
