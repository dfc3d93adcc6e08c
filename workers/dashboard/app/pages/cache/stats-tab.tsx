import { DatabaseZap } from "lucide-react";
import { useApiQuery } from "../../api/hooks.ts";
import type { AnswerOf } from "../../api/types.ts";
import { formatDuration, formatNumber, formatPercent } from "../../lib/format.ts";
import { hrefTo } from "../../lib/paths.ts";
import { Money, Percent } from "../../ui/amounts.tsx";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { DateRangePicker, useRange } from "../../ui/date-range-picker.tsx";
import { Link } from "../../ui/link.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { Stat } from "../../ui/stat.tsx";
import { EmptyState, ErrorState } from "../../ui/states.tsx";
import { useUrlState } from "../../ui/url-state.ts";
import { NamespaceCard } from "./namespaces.tsx";

type Stats = AnswerOf<"/v1/cache/stats", "get">;
type ModelStats = Stats["by_model"][number];

/** What hits have saved, by model, and what is kept of each team. */
export function StatsTab() {
  const url = useUrlState();
  const range = useRange("30d");
  const stats = useApiQuery(
    "/v1/cache/stats",
    { query: { from: range.from, ...(range.preset === null ? { to: range.to } : {}) } },
    { keepPrevious: true },
  );
  if (stats.isError) return <ErrorState error={stats.error} onRetry={() => void stats.refetch()} />;
  if (stats.isPending) {
    return (
      <div className="flex flex-col gap-5">
        <Skeleton className="h-24 rounded-lg" />
        <Skeleton className="h-64 rounded-lg" />
      </div>
    );
  }
  const { data } = stats;
  return (
    <div className="flex flex-col gap-5">
      <div>
        <DateRangePicker range={range} />
      </div>
      {data.requests === 0 && data.namespaces.length === 0 ? (
        <EmptyState
          icon={DatabaseZap}
          title="Nothing was cached in this time"
          actions={
            <Button look="primary" onClick={() => url.set({ tab: "settings" })}>
              Make a setting
            </Button>
          }
        >
          <p>
            A setting says for whom answers are kept. Begin with the mode <code className="font-mono">shadow</code>: it
            serves nothing, and reports what it would have served from your own traffic.
          </p>
        </EmptyState>
      ) : (
        <>
          <Figures stats={data} />
          <Card title="By model" flush>
            <div className="px-4 pb-4">
              <DataTable label="Cache by model" columns={COLUMNS} rows={data.by_model} rowId={({ model }) => model} />
            </div>
          </Card>
          <NamespaceCard namespaces={data.namespaces} />
        </>
      )}
    </div>
  );
}

function Figures({ stats }: { readonly stats: Stats }) {
  const { false_hits } = stats;
  return (
    <div className="grid grid-cols-2 gap-4 xl:grid-cols-4">
      <Stat
        label="Hit rate"
        value={stats.hit_rate === null ? "–" : formatPercent(stats.hit_rate)}
        hint={`${formatNumber(stats.hits)} of ${formatNumber(stats.requests)}: ${formatNumber(stats.hits_exact)} exact, ${formatNumber(stats.hits_semantic)} by meaning`}
      />
      <Stat
        label="Saved"
        value={<Money usd={stats.saved_usd} rounded />}
        hint={
          <>
            of what else was charged: <Money usd={stats.cost_usd} rounded />
          </>
        }
      />
      <Stat
        label="Waiting saved"
        value={formatDuration(stats.saved_ms)}
        hint={
          stats.mean_hit_ms === null || stats.mean_miss_ms === null
            ? "all hits together"
            : `a hit takes ${formatDuration(stats.mean_hit_ms)}, a miss ${formatDuration(stats.mean_miss_ms)}`
        }
      />
      <Stat
        label="False hits by meaning"
        value={false_hits.estimate === null ? "–" : formatPercent(false_hits.estimate)}
        hint={
          false_hits.compared === 0
            ? "not known: shadow mode compares"
            : `${formatNumber(false_hits.differed)} of ${formatNumber(false_hits.compared)} compared in shadow`
        }
      />
    </div>
  );
}

const number = (id: keyof ModelStats, header: string): Column<ModelStats> => ({
  id,
  header,
  align: "end",
  sortBy: (row) => Number(row[id]),
  cell: (row) => <span className="figure">{formatNumber(Number(row[id]))}</span>,
});

const COLUMNS: readonly Column<ModelStats>[] = [
  {
    id: "model",
    header: "Model",
    sortBy: ({ model }) => model,
    cell: ({ model }) => (
      <Link to={hrefTo(["requests"], { model })} className="link">
        {model}
      </Link>
    ),
  },
  number("requests", "Requests"),
  number("hits", "Hits"),
  number("misses", "Misses"),
  number("refused", "Refused"),
  number("bypassed", "Not looked for"),
  {
    id: "rate",
    header: "Hit rate",
    align: "end",
    sortBy: ({ hit_rate }) => hit_rate,
    cell: ({ hit_rate }) => <Percent share={hit_rate} />,
  },
  { id: "saved", header: "Saved", align: "end", cell: ({ saved_usd }) => <Money usd={saved_usd} /> },
];
