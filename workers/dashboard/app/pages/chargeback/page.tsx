import { Split } from "lucide-react";
import { useApiQuery } from "../../api/hooks.ts";
import { download } from "../../api/send.ts";
import type { AnswerOf } from "../../api/types.ts";
import { groupOf } from "../../lib/cost-groups.ts";
import { costsHref, dimensionLabel, isDimension } from "../../lib/cost-query.ts";
import { formatNumber, optionsOf } from "../../lib/format.ts";
import { viewerTimeZone } from "../../lib/time-zone.ts";
import { Money } from "../../ui/amounts.tsx";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { DateRangePicker, useRange } from "../../ui/date-range-picker.tsx";
import { ExportButton } from "../../ui/export-button.tsx";
import { countColumn, tokenColumns, usdColumn } from "../../ui/figure-columns.tsx";
import { Page } from "../../ui/page.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { TableSkeleton } from "../../ui/skeleton.tsx";
import { Stat } from "../../ui/stat.tsx";
import { EmptyState, ErrorState } from "../../ui/states.tsx";
import { useUrlState } from "../../ui/url-state.ts";

type Line = AnswerOf<"/v1/chargeback", "get">["data"][number];

/** Who is to pay, as a finance department asks for it: each a list of the API's groups. */
const CUTS = {
  "team,cost_center,wallet": "Teams & wallets",
  cost_center: "Cost centres",
  "wallet,key": "Wallets & keys",
  "team,provider,model": "Teams & models",
  "team,feature": "Teams & features",
  "team,month": "Teams by month",
} as const;
const USUAL = "team,cost_center,wallet";

/** What is to be charged to whom: the sums of the ledgers, ready for finance. */
export default function ChargebackPage() {
  const url = useUrlState();
  const range = useRange("month");
  const named = url.get("cut") ?? USUAL;
  const cut = Object.hasOwn(CUTS, named) ? named : USUAL;
  const groups = cut.split(",");
  const query = {
    from: range.from,
    to: range.to,
    time_zone: viewerTimeZone(),
    group_by: cut,
  };
  const answer = useApiQuery("/v1/chargeback", { query }, { staleTime: 60_000, keepPrevious: true });
  const save = (): Promise<void> => download("/v1/chargeback", { ...query, format: "csv" });
  const lines = answer.data?.data ?? [];
  return (
    <Page
      title="Chargeback"
      description="What is to be charged to whom, to the nano-dollar: the total is that of the wallets' ledgers. Team and cost centre are those of the moment of each charge."
      busy={answer.isPending}
      actions={<ExportButton look="primary" disabled={lines.length === 0} save={save} />}
    >
      <div className="flex flex-wrap items-center gap-2">
        <DateRangePicker range={range} />
        <div className="max-w-full overflow-x-auto">
          <Segmented
            label="Charged to"
            options={optionsOf(CUTS)}
            value={cut}
            onChange={(next) => url.set({ cut: next === USUAL ? null : next })}
          />
        </div>
      </div>
      {answer.isError ? (
        <ErrorState error={answer.error} onRetry={() => void answer.refetch()} />
      ) : answer.data === undefined ? (
        <TableSkeleton />
      ) : lines.length === 0 ? (
        <EmptyState icon={Split} title="Nothing to charge in this time">
          <p>No request was charged here. Choose another month; a request appears some seconds after its answer.</p>
        </EmptyState>
      ) : (
        <>
          <div className="grid grid-cols-2 gap-4 xl:grid-cols-4">
            <Stat label="To be charged" value={<Money usd={answer.data.total_usd} />} />
            <Stat label="Requests" value={formatNumber(lines.reduce((sum, line) => sum + line.requests, 0))} />
          </div>
          <DataTable
            label="Charges by group"
            columns={columnsOf(groups)}
            rows={lines}
            rowId={(line) => groups.map((name) => groupOf(line, name).value).join("\n")}
            stale={answer.isPlaceholderData}
            rowTo={(line) =>
              costsHref({
                by: "model",
                from: range.from,
                to: range.to,
                filter: Object.fromEntries(groups.filter(isDimension).map((name) => [name, groupOf(line, name).value])),
              })
            }
          />
        </>
      )}
    </Page>
  );
}

const TIMES: Readonly<Record<string, string>> = { day: "Day", month: "Month" };

const columnsOf = (names: readonly string[]): readonly Column<Line>[] => [
  ...names.map((name) => ({
    id: name,
    header: TIMES[name] ?? dimensionLabel(name),
    sortBy: (line: Line) => groupOf(line, name).name,
    cell: (line: Line) => groupOf(line, name).name,
  })),
  countColumn("requests", "Requests", ({ requests }) => requests),
  ...tokenColumns<Line>(),
  usdColumn("Charge"),
];
