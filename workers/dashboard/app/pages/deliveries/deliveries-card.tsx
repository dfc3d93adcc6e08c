import { rowsOf, useInfiniteApiQuery } from "../../api/pages.ts";
import { hrefTo } from "../../lib/paths.ts";
import { ButtonLink } from "../../ui/button.tsx";
import { TableSkeleton } from "../../ui/skeleton.tsx";
import { ErrorState } from "../../ui/states.tsx";
import type { Delivery } from "./delivery.tsx";
import { DeliveriesTable } from "./table.tsx";

const SHOWN = 10;

/** The newest messages of an alert, a channel or a digest. */
export function DeliveriesCard({
  title,
  filter,
  empty,
}: {
  readonly title: string;
  readonly filter: Readonly<Record<string, string>>;
  /** What it means that there is none. */
  readonly empty: string;
}) {
  const query = useInfiniteApiQuery("/v1/deliveries", { query: { ...filter, limit: String(SHOWN) } as never });
  const rows = rowsOf<Delivery>(query);
  return (
    <section className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 className="text-base font-semibold">{title}</h2>
        {query.hasNextPage ? (
          <ButtonLink size="sm" to={hrefTo(["deliveries"], filter)}>
            All deliveries
          </ButtonLink>
        ) : null}
      </div>
      {query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : query.isPending ? (
        <TableSkeleton rows={2} />
      ) : rows.length === 0 ? (
        <p className="rounded-lg border border-dashed border-line-strong px-4 py-3 text-sm text-ink-2">{empty}</p>
      ) : (
        <DeliveriesTable rows={rows} />
      )}
    </section>
  );
}
