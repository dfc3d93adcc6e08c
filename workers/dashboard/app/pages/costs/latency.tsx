import { Gauge } from "lucide-react";
import { ChartSkeleton, LazyTimeSeries } from "../../charts/lazy.tsx";
import { formatDuration, formatNumber, formatPercent } from "../../lib/format.ts";
import { placeNames } from "../../lib/time-places.ts";
import { useNames } from "../../resources/names.ts";
import { Card } from "../../ui/card.tsx";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { DateRangePicker } from "../../ui/date-range-picker.tsx";
import { TableSkeleton } from "../../ui/skeleton.tsx";
import { EmptyState, ErrorState } from "../../ui/states.tsx";
import { bodyOf, type CostState } from "./state.ts";
import { CostFilters, WITH_NAMES, WithoutFilters } from "./toolbar.tsx";
import { type LatencyAnswer, useLatencies } from "./use-latencies.ts";

type LatencyRow = LatencyAnswer["data"][number];

const CHART_PX = 240;

/** How fast answers came: percentiles over time, and by provider and model. */
export function LatencyTab({ state }: { readonly state: CostState }) {
  const { granularity } = state;
  const names = useNames(WITH_NAMES);
  const { from, to, time_zone, filter } = bodyOf(state);
  const asked = { from, to, time_zone, filter };
  const rows = useLatencies({ ...asked, group_by: ["provider", "model"] });
  const run = useLatencies({ ...asked, granularity, group_by: [] });
  const failed = [rows, run].find(({ isError }) => isError);
  const filtered = Object.keys(filter ?? {}).length > 0;
  return (
    <div className="flex flex-col gap-4" aria-busy={rows.isPending}>
      <div className="flex flex-col gap-3">
        <div>
          <DateRangePicker range={state.range} />
        </div>
        <CostFilters state={state} names={names} />
      </div>
      {failed !== undefined ? (
        <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />
      ) : rows.data?.data.length === 0 ? (
        <EmptyState icon={Gauge} title="No answer came in this time" actions={<WithoutFilters state={state} />}>
          <p>
            {filtered ? "No request fits these filters in this time. " : "Choose a longer range. "}
            Durations are those of answers that were delivered.
          </p>
        </EmptyState>
      ) : (
        <>
          <Card title="From the request to the end of the answer" description={about(rows.data, filtered)}>
            {run.data === undefined ? <ChartSkeleton height={CHART_PX} /> : <Run run={run.data} state={state} />}
          </Card>
          {rows.data === undefined ? (
            <TableSkeleton />
          ) : (
            <DataTable
              label="Latency by provider and model"
              columns={COLUMNS}
              rows={rows.data.data}
              rowId={(row) => `${row.provider}\n${row.model}`}
              stale={rows.isPlaceholderData}
              choiceKey="latency"
            />
          )}
        </>
      )}
    </div>
  );
}

function about(answer: LatencyAnswer | undefined, filtered: boolean): string {
  if (answer === undefined) return "";
  const error = `Each percentile is off by at most ${formatPercent(answer.relative_error)} of itself`;
  return filtered ? `${error}, of the requests that fit all filters` : error;
}

function Run({ run, state }: { readonly run: LatencyAnswer; readonly state: CostState }) {
  const name = placeNames(state.granularity, state.time_zone);
  const times = run.data.map(({ time }) => Date.parse(time ?? ""));
  return (
    <LazyTimeSeries
      summary={`P50, P95 and P99 by ${state.granularity}`}
      height={CHART_PX}
      times={times}
      formatTime={name}
      series={(["p50_ms", "p95_ms", "p99_ms"] as const).map((figure) => ({
        id: figure,
        name: figure.slice(0, 3).toUpperCase(),
        values: run.data.map(({ latency }) => latency[figure]),
      }))}
      format={formatDuration}
      formatTick={formatDuration}
    />
  );
}

const shown = (ms: number | null): string => (ms === null ? "–" : formatDuration(ms));

const figure = (
  id: string,
  header: string,
  value: (row: LatencyRow) => number | null,
  show: (value: number | null) => string = shown,
): Column<LatencyRow> => ({ id, header, align: "end", sortBy: value, cell: (row) => show(value(row)) });

const COLUMNS: readonly Column<LatencyRow>[] = [
  { id: "model", header: "Model", sortBy: (row) => row.model ?? "", cell: (row) => row.model ?? "–" },
  { id: "provider", header: "Provider", sortBy: (row) => row.provider ?? "", cell: (row) => row.provider ?? "–" },
  figure(
    "requests",
    "Requests",
    (row) => row.requests,
    (value) => formatNumber(value ?? 0),
  ),
  figure(
    "errors",
    "Error rate",
    (row) => row.error_rate,
    (value) => (value === null ? "–" : formatPercent(value)),
  ),
  figure("p50", "P50", (row) => row.latency.p50_ms),
  figure("p95", "P95", (row) => row.latency.p95_ms),
  figure("p99", "P99", (row) => row.latency.p99_ms),
  figure("ttfb50", "First byte P50", (row) => row.first_byte.p50_ms),
  figure("ttfb95", "First byte P95", (row) => row.first_byte.p95_ms),
];
