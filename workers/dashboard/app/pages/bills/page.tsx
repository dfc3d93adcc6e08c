import { Receipt, Upload } from "lucide-react";
import { useState } from "react";
import { rowsOf, useInfiniteApiQuery } from "../../api/pages.ts";
import { hrefTo } from "../../lib/paths.ts";
import { useNames } from "../../resources/names.ts";
import { useAccess } from "../../session/access.tsx";
import { Button } from "../../ui/button.tsx";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { LoadMore } from "../../ui/load-more.tsx";
import { Page } from "../../ui/page.tsx";
import { TableSkeleton } from "../../ui/skeleton.tsx";
import { EmptyState, ErrorState } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { type Bill, Drift, daysOf, Verdict } from "./bill.tsx";
import { CompareDialog } from "./upload.tsx";

/** Providers' bills beside our own count. */
export default function BillsPage() {
  const access = useAccess();
  const names = useNames(["provider"]);
  const [open, setOpen] = useState(false);
  const query = useInfiniteApiQuery("/v1/reconciliations", { query: {} });
  const bills = rowsOf<Bill>(query);
  const upload = access.may("reconciliations:write") ? (
    <Button look="primary" icon={Upload} onClick={() => setOpen(true)}>
      Compare a bill
    </Button>
  ) : null;
  const columns: readonly Column<Bill>[] = [
    { id: "days", header: "Days", cell: daysOf },
    { id: "provider", header: "Provider", cell: (bill) => names.label("provider", bill.provider_id) },
    { id: "format", header: "File", cell: (bill) => bill.format.replaceAll("_", " ") },
    {
      id: "drift",
      header: "Drift",
      align: "end",
      cell: (bill) => <Drift percent={bill.drift_percent} alarm={bill.alarm} />,
    },
    { id: "threshold", header: "Alarm above", align: "end", cell: (bill) => `${bill.threshold_percent} %` },
    { id: "verdict", header: "Result", cell: (bill) => <Verdict alarm={bill.alarm} /> },
    { id: "compared", header: "Compared", cell: (bill) => <Time iso={bill.compared_at} /> },
  ];
  return (
    <Page
      title="Bills"
      description="What a provider billed, beside what was counted here: by model and day, with how far both are apart."
      busy={query.isPending}
      actions={bills.length === 0 ? null : upload}
    >
      {query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : query.isPending ? (
        <TableSkeleton />
      ) : bills.length === 0 ? (
        <EmptyState icon={Receipt} title="No bill was compared yet" actions={upload}>
          <p>
            Export the costs or the usage of a month from your provider's site as CSV. Where our count and theirs are
            further apart than you allow, you are told, and see by which model and on which day.
          </p>
        </EmptyState>
      ) : (
        <>
          <DataTable
            label="Compared bills, newest first"
            columns={columns}
            rows={bills}
            rowId={({ id }) => id}
            rowTo={({ id }) => hrefTo(["bills", id])}
          />
          <LoadMore
            shown={bills.length}
            hasMore={query.hasNextPage}
            busy={query.isFetchingNextPage}
            onMore={() => void query.fetchNextPage()}
            one="bill"
            many="bills"
          />
        </>
      )}
      <CompareDialog open={open} onClose={() => setOpen(false)} />
    </Page>
  );
}
