import type { CostAnswer } from "../../api/costs.ts";
import { ratio } from "../../lib/amounts.ts";
import { groupOf } from "../../lib/cost-groups.ts";
import { dimensionLabel, filterValue } from "../../lib/cost-query.ts";
import { formatNumber, formatPercent } from "../../lib/format.ts";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { countColumn, tokenColumns, usdColumn } from "../../ui/figure-columns.tsx";
import { Link } from "../../ui/link.tsx";
import { Delta } from "../../ui/stat.tsx";
import { deeper } from "./deeper.ts";
import type { CostRow } from "./groups.ts";
import { requestsHref } from "./requests-href.ts";
import { bodyOf, type CostState } from "./state.ts";

/** Each group with its figures over the whole range, and the way down into it. */
export function CostTable({
  state,
  costs,
  stale,
  log,
}: {
  readonly state: CostState;
  readonly costs: CostAnswer;
  readonly stale: boolean;
  /** Whether the requests may be looked at. */
  readonly log: boolean;
}) {
  const { href } = state.url;
  const dimensions = bodyOf(state).group_by ?? [];
  const columns: Column<CostRow>[] = [
    ...dimensions.map((dimension, index) => ({
      id: dimension,
      header: dimensionLabel(dimension),
      sortBy: (row: CostRow) => groupOf(row, dimension).name,
      cell: (row: CostRow) => {
        const { value, name, other } = groupOf(row, dimension);
        // The first cell's link is the row's own.
        if (other || index === 0) return <span title={name}>{name}</span>;
        return (
          <Link to={href(deeper(state.filter, dimension, value))} className="rounded-sm hover:underline" title={name}>
            {name}
          </Link>
        );
      },
    })),
    usdColumn("Cost"),
    {
      id: "share",
      header: "Share",
      align: "end",
      cell: (row) => <Share part={row.cost_usd} whole={costs.total_usd} />,
    },
    ...(state.compare
      ? [
          {
            id: "change",
            header: "Change",
            align: "end" as const,
            sortBy: (row: CostRow) => row.cost_change_percent ?? null,
            cell: (row: CostRow) =>
              row.cost_change_percent == null ? (
                <span className="text-ink-3">new</span>
              ) : (
                <Delta delta={row.cost_change_percent / 100} moreIs="bad" />
              ),
          },
        ]
      : []),
    {
      ...countColumn<CostRow>("requests", "Requests", ({ requests }) => requests),
      cell: (row) => {
        const to = log ? requestsOf(row, dimensions, state) : null;
        if (to === null) return formatNumber(row.requests);
        return (
          <Link to={to} className="link" title="See these requests">
            {formatNumber(row.requests)}
          </Link>
        );
      },
    },
    {
      id: "errors",
      header: "Error rate",
      align: "end",
      sortBy: (row) => row.error_rate,
      cell: (row) => (row.error_rate === null ? "–" : formatPercent(row.error_rate)),
    },
    ...tokenColumns<CostRow>(),
    { ...countColumn<CostRow>("cache", "Cache hits", ({ cache_hits }) => cache_hits), hidden: true },
  ];
  const [first] = dimensions;
  return (
    <DataTable
      label="Costs by group"
      columns={columns}
      rows={costs.data}
      rowId={(row) => dimensions.map((dimension) => groupOf(row, dimension).value).join("\n") || "all"}
      stale={stale}
      choiceKey="costs"
      {...(first === undefined
        ? {}
        : { rowTo: (row: CostRow) => href(deeper(state.filter, first, groupOf(row, first).value)) })}
    />
  );
}

/** The requests of a row; null of all others together, and where the log has no filter for them. */
function requestsOf(row: CostRow, dimensions: readonly string[], { range, filter }: CostState): string | null {
  const groups = dimensions.map((dimension) => ({ dimension, ...groupOf(row, dimension) }));
  if (groups.some(({ other }) => other)) return null;
  const own = groups.map(({ dimension, value }) => [dimension, [filterValue(dimension, value)]] as const);
  return requestsHref(range, { ...filter, ...Object.fromEntries(own) });
}

function Share({ part, whole }: { readonly part: string; readonly whole: string }) {
  const share = Math.max(0, ratio(part, whole));
  return (
    <span className="inline-flex items-center gap-2">
      <span aria-hidden="true" className="hidden h-1.5 w-16 overflow-hidden rounded-full bg-sunken lg:block">
        <span className="block h-full rounded-full bg-chart-1" style={{ width: `${Math.min(1, share) * 100}%` }} />
      </span>
      <span className="figure w-12 text-right">{formatPercent(share)}</span>
    </span>
  );
}
