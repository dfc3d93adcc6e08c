import { useState } from "react";
import { useApiQuery } from "../../api/hooks.ts";
import { useApiMutation } from "../../api/mutation.ts";
import { rowsOf, useInfiniteApiQuery } from "../../api/pages.ts";
import type { AnswerOf } from "../../api/types.ts";
import { formatNumber } from "../../lib/format.ts";
import { useAccess } from "../../session/access.tsx";
import { Bytes, Money } from "../../ui/amounts.tsx";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { ConfirmDialog } from "../../ui/confirm-dialog.tsx";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { LoadMore } from "../../ui/load-more.tsx";
import { Select } from "../../ui/select.tsx";
import { TableSkeleton } from "../../ui/skeleton.tsx";
import { EmptyState, ErrorState } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { toast } from "../../ui/toast.ts";
import { useUrlState } from "../../ui/url-state.ts";
import { namespaceName } from "./namespaces.tsx";

type Entry = AnswerOf<"/v1/cache/entries", "get">["data"][number];

/** What one team's cache holds. What was asked and answered is sealed, and shown to nobody. */
export function EntriesTab() {
  const access = useAccess();
  const url = useUrlState();
  const stats = useApiQuery("/v1/cache/stats", {});
  const namespaces = stats.data?.namespaces ?? [];
  const namespace = url.get("namespace") ?? namespaces[0]?.namespace ?? "-";
  const list = useInfiniteApiQuery("/v1/cache/entries", { query: { namespace } }, { enabled: !stats.isPending });
  const [asking, ask] = useState<Entry | null>(null);
  const remove = useApiMutation("delete", "/v1/cache/{namespace}/entries/{id}", { invalidates: ["/v1/cache"] });
  if (stats.isError) return <ErrorState error={stats.error} onRetry={() => void stats.refetch()} />;
  if (list.isError) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  if (list.isPending) return <TableSkeleton columns={7} />;
  const rows = rowsOf(list) as readonly Entry[];
  const columns: readonly Column<Entry>[] = [
    { id: "model", header: "Model", sortBy: ({ model }) => model, cell: ({ model }) => model },
    { id: "kind", header: "Kind", cell: ({ kind }) => kind },
    {
      id: "found",
      header: "Found by",
      cell: ({ semantic }) => <Badge>{semantic ? "meaning, too" : "the same"}</Badge>,
    },
    {
      id: "hits",
      header: "Hits",
      align: "end",
      sortBy: ({ hits }) => hits,
      cell: ({ hits }) => <span className="figure">{formatNumber(hits)}</span>,
    },
    { id: "saved", header: "Saved", align: "end", cell: ({ saved_usd }) => <Money usd={saved_usd} /> },
    {
      id: "bytes",
      header: "Size",
      align: "end",
      sortBy: ({ bytes }) => bytes,
      cell: ({ bytes }) => <Bytes bytes={bytes} />,
    },
    { id: "created", header: "Kept", cell: ({ created_at }) => <Time iso={created_at} /> },
    { id: "expires", header: "Until", cell: ({ expires_at }) => <Time iso={expires_at} /> },
    ...(access.may("cache:write")
      ? [
          {
            id: "remove",
            header: "Remove",
            cell: (row: Entry) => (
              <Button size="sm" look="quiet" onClick={() => ask(row)}>
                Remove<span className="sr-only"> the answer of {row.model}</span>
              </Button>
            ),
          },
        ]
      : []),
  ];
  return (
    <div className="flex flex-col gap-3">
      {namespaces.length < 2 ? null : (
        <Select
          label="Team"
          size="sm"
          className="max-w-72"
          value={namespace}
          onChange={(next) => url.set({ namespace: next })}
          options={namespaces.map((one) => ({ value: one.namespace, label: namespaceName(one) }))}
        />
      )}
      {rows.length === 0 ? (
        <EmptyState title="Nothing is kept here">
          <p>Answers are kept as soon as a setting with a mode other than off fits a request.</p>
        </EmptyState>
      ) : (
        <>
          <DataTable label="Kept answers" columns={columns} rows={rows} rowId={({ id }) => id} />
          <LoadMore
            shown={rows.length}
            hasMore={list.hasNextPage}
            busy={list.isFetchingNextPage}
            onMore={() => void list.fetchNextPage()}
            one="answer"
            many="answers"
          />
        </>
      )}
      <ConfirmDialog
        open={asking !== null}
        onClose={() => ask(null)}
        title={`Remove this kept answer of ${asking?.model ?? ""}?`}
        verb="Remove"
        danger
        onConfirm={async () => {
          if (asking === null) return;
          await remove.mutateAsync({ parameters: { path: { namespace: asking.namespace, id: asking.id } } });
          toast("It is gone.");
        }}
      >
        The next request that asks for it is answered and charged by its provider.
      </ConfirmDialog>
    </div>
  );
}
