import { useState } from "react";
import { useApiMutation } from "../../api/mutation.ts";
import type { AnswerOf } from "../../api/types.ts";
import { formatNumber } from "../../lib/format.ts";
import { useAccess } from "../../session/access.tsx";
import { Bytes } from "../../ui/amounts.tsx";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { ConfirmDialog } from "../../ui/confirm-dialog.tsx";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { Time } from "../../ui/time.tsx";
import { toast } from "../../ui/toast.ts";

type Namespace = AnswerOf<"/v1/cache/stats", "get">["namespaces"][number];

export const namespaceName = ({ team, team_id }: Pick<Namespace, "team" | "team_id">): string =>
  team ?? team_id ?? "Wallets without a team";

/** What is kept of each team, and its flush. */
export function NamespaceCard({ namespaces }: { readonly namespaces: readonly Namespace[] }) {
  const access = useAccess();
  const [asking, ask] = useState<Namespace | null>(null);
  const flush = useApiMutation("delete", "/v1/cache/{namespace}", { invalidates: ["/v1/cache"] });
  const number = (id: "entries" | "hits" | "evicted" | "expired" | "removed", header: string): Column<Namespace> => ({
    id,
    header,
    align: "end",
    cell: (row) => <span className="figure">{formatNumber(row[id])}</span>,
  });
  const columns: readonly Column<Namespace>[] = [
    { id: "team", header: "Team", cell: namespaceName },
    number("entries", "Kept"),
    { id: "bytes", header: "Size", align: "end", cell: ({ bytes }) => <Bytes bytes={bytes} /> },
    number("hits", "Hits"),
    number("evicted", "Went for room"),
    number("expired", "Expired"),
    {
      id: "flushed",
      header: "Flushed",
      cell: ({ flushed_at }) => (flushed_at === null ? "never" : <Time iso={flushed_at} />),
    },
    ...(access.may("cache:write")
      ? [
          {
            id: "flush",
            header: "Flush",
            cell: (row: Namespace) => (
              <Button size="sm" look="quiet" onClick={() => ask(row)}>
                Flush<span className="sr-only"> {namespaceName(row)}</span>
              </Button>
            ),
          },
        ]
      : []),
  ];
  return (
    <Card title="Kept of each team" description="A team's answers are given to its own requests alone." flush>
      <div className="px-4 pb-4">
        {namespaces.length === 0 ? (
          <p className="text-sm text-ink-2">
            No answers are kept now. They are, from the next request that a setting is for.
          </p>
        ) : (
          <DataTable
            label="Kept of each team"
            columns={columns}
            rows={namespaces}
            rowId={({ namespace }) => namespace}
          />
        )}
      </div>
      <ConfirmDialog
        open={asking !== null}
        onClose={() => ask(null)}
        title={`Flush the cache of “${asking === null ? "" : namespaceName(asking)}”?`}
        verb="Flush"
        danger
        onConfirm={async () => {
          if (asking === null) return;
          const { removed } = await flush.mutateAsync({ parameters: { path: { namespace: asking.namespace } } });
          toast(`${removed} kept answers are gone.`);
        }}
      >
        Its kept answers are removed. Until some are kept anew, its requests are answered and charged by their
        providers.
      </ConfirmDialog>
    </Card>
  );
}
