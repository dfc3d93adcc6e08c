import { useMemo } from "react";
import { rowsOf, useInfiniteApiQuery } from "../../api/pages.ts";
import { useSearchFurther } from "../../api/search-further.ts";
import { download } from "../../api/send.ts";
import { Money } from "../../ui/amounts.tsx";
import { Button } from "../../ui/button.tsx";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { DateRangePicker, useRange, useRangeAsked } from "../../ui/date-range-picker.tsx";
import { ExportButton } from "../../ui/export-button.tsx";
import { FilterBar } from "../../ui/filter-bar.tsx";
import { Link } from "../../ui/link.tsx";
import { LoadMore } from "../../ui/load-more.tsx";
import { TableSkeleton } from "../../ui/skeleton.tsx";
import { EmptyState, ErrorState } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { useUrlState } from "../../ui/url-state.ts";
import { hrefOfCause, type LedgerRow } from "./cause.ts";
import { KINDS, ledgerFilters } from "./ledger-filters.ts";

const PAGE = "100";
const RANGE = ["range", "from", "to"] as const;

const columns: readonly Column<LedgerRow>[] = [
  { id: "at", header: "When", cell: ({ at }) => <Time iso={at} exact /> },
  {
    id: "kind",
    header: "What",
    cell: ({ kind, shard }) => (
      <>
        {KINDS[kind]}
        {shard === undefined ? null : <span className="text-ink-3"> in shard {shard}</span>}
      </>
    ),
  },
  {
    id: "amount",
    header: "Amount",
    align: "end",
    cell: ({ amount_usd }) => (
      <span className={amount_usd.startsWith("-") ? undefined : "text-good-ink"}>
        <Money usd={amount_usd} />
      </span>
    ),
  },
  { id: "balance", header: "Balance", align: "end", cell: ({ balance_usd }) => <Money usd={balance_usd} /> },
  { id: "ref", header: "Cause", cell: (row) => <Cause row={row} /> },
];

function Cause({ row }: { readonly row: LedgerRow }) {
  const to = hrefOfCause(row);
  const text = <code className="font-mono text-xs">{row.ref}</code>;
  return to === null ? (
    text
  ) : (
    <Link to={to} className="link">
      {text}
    </Link>
  );
}

/** Every movement of a wallet's balance, newest first, each with what caused it. The address says which of them. */
export function Ledger({ wallet_id, shards }: { readonly wallet_id: string; readonly shards: number }) {
  const url = useUrlState();
  const range = useRange();
  const ranged = useRangeAsked();
  const filters = useMemo(() => ledgerFilters(shards), [shards]);
  const asked: Readonly<Record<string, string>> = {
    ...Object.fromEntries(filters.flatMap(({ name }) => given(name, url.values(name)))),
    ...ranged,
  };
  const ledger = useInfiniteApiQuery(
    "/v1/wallets/{id}/ledger",
    { path: { id: wallet_id }, query: { ...asked, limit: PAGE } },
    { keepPrevious: true },
  );
  const rows = rowsOf(ledger);
  const searching = useSearchFurther(ledger, rows.length);
  const filtered = Object.keys(asked).length > 0;
  const clear = (): void =>
    url.set(Object.fromEntries([...filters.map(({ name }) => name), ...RANGE].map((name) => [name, null])));
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <div className="flex flex-wrap items-center gap-2">
          <DateRangePicker range={range} unset="All of time" />
          <FilterBar filters={filters} />
        </div>
        <ExportButton
          save={() => download(`/v1/wallets/${encodeURIComponent(wallet_id)}/ledger`, { ...asked, format: "csv" })}
        />
      </div>
      {shards > 1 && !filtered ? (
        <p className="text-sm text-ink-2">
          This wallet is {shards} shards, each with a book of its own. What they spent is in the wallet's own book once
          more, as “Spent below”: the filter “Book” shows one alone.
        </p>
      ) : null}
      {ledger.isError ? (
        <ErrorState error={ledger.error} onRetry={() => void ledger.refetch()} />
      ) : ledger.isPending ? (
        <TableSkeleton columns={5} />
      ) : rows.length > 0 ? (
        <DataTable
          label="Ledger, newest first"
          columns={columns}
          rows={rows}
          rowId={({ id }) => id}
          stale={ledger.isPlaceholderData}
        />
      ) : searching ? (
        <p role="status" className="text-sm text-ink-2">
          Searching further back…
        </p>
      ) : filtered ? (
        <EmptyState title="No movement fits" actions={<Button onClick={clear}>Take the filters away</Button>}>
          <p>Widen the range, or take a filter away.</p>
        </EmptyState>
      ) : (
        <EmptyState title="Nothing has moved yet">
          <p>Each request, top-up and transfer leaves a row here that is never changed. Their sum is the balance.</p>
        </EmptyState>
      )}
      {ledger.isError || ledger.isPending ? null : (
        <LoadMore
          shown={rows.length}
          hasMore={ledger.hasNextPage}
          busy={ledger.isFetchingNextPage}
          onMore={() => void ledger.fetchNextPage()}
        />
      )}
    </div>
  );
}

/** A parameter as the API takes it: several values joined by commas. */
const given = (name: string, values: readonly string[]): readonly (readonly [string, string])[] =>
  values.length === 0 ? [] : [[name, values.join(",")]];
