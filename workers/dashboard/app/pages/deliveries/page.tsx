import { Send } from "lucide-react";
import { rowsOf, useInfiniteApiQuery } from "../../api/pages.ts";
import { optionsOf } from "../../lib/format.ts";
import { useNames } from "../../resources/names.ts";
import { useAccess } from "../../session/access.tsx";
import { ButtonLink } from "../../ui/button.tsx";
import { type Filter, FilterBar } from "../../ui/filter-bar.tsx";
import { LoadMore } from "../../ui/load-more.tsx";
import { Page } from "../../ui/page.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { TableSkeleton } from "../../ui/skeleton.tsx";
import { EmptyState, ErrorState } from "../../ui/states.tsx";
import { useUrlState } from "../../ui/url-state.ts";
import { KINDS } from "../alerts/alert.tsx";
import { type Delivery, STATUS_OPTIONS } from "./delivery.tsx";
import { DeliveriesTable } from "./table.tsx";

/** Each message to each receiver, with what became of it. */
export default function DeliveriesPage() {
  const access = useAccess();
  const url = useUrlState();
  const names = useNames(["channel"]);
  const channels = names.options("channel");
  const filters: readonly Filter[] = [
    { name: "channel_id", label: "Channel", options: channels },
    {
      name: "kind",
      label: "Kind",
      options: [...optionsOf(KINDS), { value: "daily", label: "Digest" }],
    },
    { name: "recipient", label: "E-mail address", placeholder: "ada@example.com" },
    { name: "source_id", label: "Alert or digest", placeholder: "alr_…" },
  ];
  const asked = Object.fromEntries(
    ["status", ...filters.map(({ name }) => name)].flatMap((name) => {
      const value = url.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
  const query = useInfiniteApiQuery("/v1/deliveries", { query: asked }, { keepPrevious: true });
  const rows = rowsOf<Delivery>(query);
  return (
    <Page
      title="Deliveries"
      description="Each message to each receiver, with what became of it. What is not taken is tried again for a day, ever more seldom; then it is given up, and can be sent again."
      busy={query.isPending}
    >
      {query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : query.isPending ? (
        <TableSkeleton columns={5} />
      ) : rows.length === 0 && Object.keys(asked).length === 0 ? (
        <EmptyState
          icon={Send}
          title="No message was made yet"
          actions={
            access.may("channels:write") && channels.length === 0 ? (
              <ButtonLink look="primary" to="/channels/new">
                Create a channel
              </ButtonLink>
            ) : undefined
          }
        >
          Alerts and digests become messages: one for each receiver that the policy names.{" "}
          {channels.length === 0 ? "There is no channel yet by which they could be sent." : null}
        </EmptyState>
      ) : (
        <>
          <DeliveriesTable
            rows={rows}
            stale={query.isPlaceholderData}
            toolbar={
              <div className="flex flex-wrap items-center gap-2">
                <Segmented
                  label="Status"
                  value={url.get("status") ?? ""}
                  onChange={(status) => url.set({ status })}
                  options={[{ value: "", label: "All" }, ...STATUS_OPTIONS]}
                />
                <FilterBar filters={filters} />
              </div>
            }
          />
          {rows.length === 0 ? <p className="text-sm text-ink-2">No delivery fits these filters.</p> : null}
          <LoadMore
            shown={rows.length}
            hasMore={query.hasNextPage}
            busy={query.isFetchingNextPage}
            onMore={() => void query.fetchNextPage()}
            one="delivery"
            many="deliveries"
          />
        </>
      )}
    </Page>
  );
}
