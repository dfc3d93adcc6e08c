import { useState } from "react";
import { useApiQuery } from "../../api/hooks.ts";
import type { AnswerOf } from "../../api/types.ts";
import { LazyBars } from "../../charts/lazy.tsx";
import { formatNumber, formatPercent } from "../../lib/format.ts";
import { useAccess } from "../../session/access.tsx";
import { Money, Percent } from "../../ui/amounts.tsx";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { Stat } from "../../ui/stat.tsx";
import { EmptyState, ErrorState } from "../../ui/states.tsx";
import { useUrlState } from "../../ui/url-state.ts";

type Shadow = AnswerOf<"/v1/cache/shadow", "get">;
type Band = Shadow["semantic"][number];

/** What each threshold would have brought, from the org's own traffic, so that one can be chosen. */
export function ShadowTab() {
  const url = useUrlState();
  const report = useApiQuery("/v1/cache/shadow", {});
  if (report.isError) return <ErrorState error={report.error} onRetry={() => void report.refetch()} />;
  if (report.isPending) return <Skeleton className="h-96 rounded-lg" />;
  const { data } = report;
  if (data.requests === 0) {
    return (
      <EmptyState
        title="Nothing was looked at in shadow yet"
        actions={
          <Button look="primary" onClick={() => url.set({ tab: "settings" })}>
            Make a setting
          </Button>
        }
      >
        <p>
          Under a setting with the mode <code className="font-mono">shadow</code> every request is answered by its
          provider as before, and its answer is compared with what the cache would have given. Here you then see how
          often a hit would have been another answer, at each threshold.
        </p>
      </EmptyState>
    );
  }
  return (
    <div className="flex flex-col gap-5">
      <ThresholdPicker report={data} />
      <Card
        title="By how near the question was"
        description="The best that was found for each request, in bands of its score."
        flush
      >
        <div className="flex flex-col gap-4 px-4 pb-4">
          <LazyBars
            summary="Requests by the score of the nearest question"
            height={200}
            places={data.semantic.map(({ from, to }) => `${from.toFixed(2)}–${to.toFixed(2)}`)}
            series={[
              {
                id: "same",
                name: "Same answer",
                values: data.semantic.map((band) => band.would_serve - band.differed),
              },
              {
                id: "differed",
                name: "Another answer",
                values: data.semantic.map(({ differed }) => differed),
                colour: "var(--color-bad)",
              },
            ]}
          />
          <DataTable label="Bands of scores" columns={BANDS} rows={data.semantic} rowId={({ from }) => String(from)} />
        </div>
      </Card>
    </div>
  );
}

/** The thresholds as a slider, with what the chosen one brings and costs in false hits. */
function ThresholdPicker({ report }: { readonly report: Shadow }) {
  const access = useAccess();
  const url = useUrlState();
  const { thresholds, exact } = report;
  const [at, setAt] = useState(() =>
    Math.max(
      0,
      thresholds.findIndex(({ false_hits }) => (false_hits ?? 0) <= 0.02),
    ),
  );
  const chosen = thresholds[at];
  if (chosen === undefined) return null;
  return (
    <Card
      title="Choose a threshold"
      description="How near a question must be to one that was answered before, as a cosine."
    >
      <div className="flex flex-col gap-4">
        <label className="flex flex-wrap items-center gap-4 text-sm">
          <span className="figure w-14 text-xl font-semibold">{chosen.threshold.toFixed(2)}</span>
          <input
            type="range"
            aria-label="Threshold"
            aria-valuetext={`${chosen.threshold}`}
            min={0}
            max={thresholds.length - 1}
            value={at}
            onChange={(event) => setAt(Number(event.target.value))}
            className="min-w-40 flex-1 accent-accent"
          />
          {access.may("cache:write") ? (
            <Button onClick={() => url.set({ tab: "settings", threshold: String(chosen.threshold) })}>
              Use it in a setting
            </Button>
          ) : null}
        </label>
        <div className="grid grid-cols-2 gap-4 xl:grid-cols-4" aria-live="polite">
          <Stat
            label="Would serve"
            value={formatNumber(chosen.would_serve)}
            hint={`of ${formatNumber(report.requests)} requests`}
          />
          <Stat
            label="Hit rate"
            value={chosen.hit_rate === null ? "–" : formatPercent(chosen.hit_rate)}
            hint="by meaning"
          />
          <Stat
            label="False hits"
            value={
              <span className={(chosen.false_hits ?? 0) > 0.05 ? "text-bad-ink" : undefined}>
                {chosen.false_hits === null ? "–" : formatPercent(chosen.false_hits)}
              </span>
            }
            hint="whose fresh answer was another one"
          />
          <Stat label="Would save" value={<Money usd={chosen.saved_usd} rounded />} />
        </div>
        <p className="text-sm text-ink-2">
          The same request again: {formatNumber(exact.would_serve)} would have been served,{" "}
          {formatNumber(exact.differed)} of them with another answer, and <Money usd={exact.saved_usd} /> saved.
        </p>
      </div>
    </Card>
  );
}

const BANDS: readonly Column<Band>[] = [
  {
    id: "score",
    header: "Score",
    cell: ({ from, to }) => <span className="figure">{`${from.toFixed(2)}–${to.toFixed(2)}`}</span>,
  },
  {
    id: "found",
    header: "Found",
    align: "end",
    cell: ({ found }) => <span className="figure">{formatNumber(found)}</span>,
  },
  {
    id: "refused",
    header: "Refused",
    align: "end",
    cell: ({ refused }) => <span className="figure">{formatNumber(refused)}</span>,
  },
  {
    id: "serve",
    header: "Would serve",
    align: "end",
    cell: ({ would_serve }) => <span className="figure">{formatNumber(would_serve)}</span>,
  },
  {
    id: "differed",
    header: "Another answer",
    align: "end",
    cell: ({ differed }) => <span className="figure">{formatNumber(differed)}</span>,
  },
  {
    id: "likeness",
    header: "Words in common",
    align: "end",
    cell: ({ mean_likeness }) => <Percent share={mean_likeness} />,
  },
  { id: "saved", header: "Would save", align: "end", cell: ({ saved_usd }) => <Money usd={saved_usd} /> },
];
