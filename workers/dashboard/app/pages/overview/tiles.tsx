import { Sparkline } from "../../charts/sparkline.tsx";
import { chartUsd } from "../../lib/amounts.ts";
import { hrefOfQuery } from "../../lib/cost-query.ts";
import { formatDuration, formatNumber, formatPercent } from "../../lib/format.ts";
import { Money } from "../../ui/amounts.tsx";
import { Stat } from "../../ui/stat.tsx";
import type { Overview, Spend } from "./overview.ts";

/** The four numbers of the morning: today, this month, how well and how fast answers come. */
export function Tiles({ overview }: { readonly overview: Overview | undefined }) {
  const spend = overview?.spend;
  const speed = overview?.speed;
  const loading = overview === undefined;
  return (
    <div className="grid grid-cols-2 gap-4 xl:grid-cols-4">
      {loading || spend !== undefined ? (
        <Spent label="Spend today" part={spend?.today} loading={loading} hourly={spend} />
      ) : null}
      {loading || spend !== undefined ? (
        <Spent label="Spend this month" part={spend?.period} loading={loading} daily={spend} />
      ) : null}
      {loading || speed !== undefined ? (
        <Stat
          label="Error rate, 24 hours"
          loading={loading}
          value={speed?.error_rate == null ? "–" : formatPercent(speed.error_rate)}
          hint={`${formatNumber(speed?.errors ?? 0)} of ${formatNumber(speed?.requests ?? 0)} failed; ${share(speed?.previous.error_rate)} before`}
          to="/costs?by=outcome&measure=errors&range=24h"
        />
      ) : null}
      {loading || speed !== undefined ? (
        <Stat
          label="Latency, 24 hours"
          loading={loading}
          value={speed?.latency.p95_ms == null ? "–" : `${formatDuration(speed.latency.p95_ms)} p95`}
          hint={`${duration(speed?.latency.p50_ms)} p50; first byte ${duration(speed?.first_byte.p95_ms)} p95`}
          to="/costs?tab=latency&range=24h"
        />
      ) : null}
    </div>
  );
}

const share = (rate: number | null | undefined): string => (rate == null ? "–" : formatPercent(rate));
const duration = (ms: number | null | undefined): string => (ms == null ? "–" : formatDuration(ms));

type Compared = Spend["today"];

function Spent({
  label,
  part,
  loading,
  hourly,
  daily,
}: {
  readonly label: string;
  readonly part: Compared | undefined;
  readonly loading: boolean;
  readonly hourly?: Spend | undefined;
  readonly daily?: Spend | undefined;
}) {
  const change = part?.cost_change_percent ?? null;
  const run = hourly?.per_hour.data ?? daily?.per_day.data ?? [];
  return (
    <Stat
      label={label}
      loading={loading}
      value={<Money usd={part?.cost_usd ?? "0"} rounded />}
      delta={change === null ? null : change / 100}
      versus={hourly === undefined ? "vs. last month by now" : "vs. yesterday by now"}
      moreIs="bad"
      sparkline={
        <Sparkline
          values={run.map(({ cost_usd }) => chartUsd(cost_usd))}
          summary={hourly === undefined ? "Spend by day, 30 days" : "Spend by hour, 24 hours"}
        />
      }
      hint={
        part === undefined || change !== null ? null : (
          <span>
            <Money usd={part.previous.whole_cost_usd} rounded /> {hourly === undefined ? "last month" : "yesterday"}
          </span>
        )
      }
      {...(part === undefined ? {} : { to: hrefOfQuery(part.query) })}
    />
  );
}
