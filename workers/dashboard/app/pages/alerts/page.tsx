import { BellRing } from "lucide-react";
import { rowsOf, useInfiniteApiQuery } from "../../api/pages.ts";
import { optionsOf } from "../../lib/format.ts";
import { hrefTo } from "../../lib/paths.ts";
import { type Names, useNames } from "../../resources/names.ts";
import { useAccess } from "../../session/access.tsx";
import { Badge } from "../../ui/badge.tsx";
import { ButtonLink } from "../../ui/button.tsx";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { type Filter, FilterBar } from "../../ui/filter-bar.tsx";
import { LoadMore } from "../../ui/load-more.tsx";
import { Page } from "../../ui/page.tsx";
import { TableSkeleton } from "../../ui/skeleton.tsx";
import { EmptyState, ErrorState } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { useUrlState } from "../../ui/url-state.ts";
import { type Alert, KINDS, NAMED, ToneIcon, wordsOf } from "./alert.tsx";

/** What there was to tell, newest first. */
export default function AlertsPage() {
  const access = useAccess();
  const url = useUrlState();
  const names = useNames(NAMED);
  const filters = filtersOf(names);
  const asked = Object.fromEntries(filters.flatMap(({ name }) => (url.get(name) ? [[name, url.get(name) ?? ""]] : [])));
  const query = useInfiniteApiQuery("/v1/alerts", { query: { ...asked, sort: "-at" } }, { keepPrevious: true });
  const alerts = rowsOf<Alert>(query);
  const filtered = Object.keys(asked).length > 0;
  const may = access.may("alerts:write");
  return (
    <Page
      title="Alerts"
      description="What happened to wallets, providers, keys and bills. Policies say who is told of it, channels where."
      busy={query.isPending}
      actions={
        <>
          <ButtonLink to="/deliveries">Deliveries</ButtonLink>
          {may ? <ButtonLink to="/alert-policies">Who is told</ButtonLink> : null}
        </>
      }
    >
      {query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : query.isPending ? (
        <TableSkeleton columns={4} />
      ) : alerts.length === 0 && !filtered ? (
        <EmptyState
          icon={BellRing}
          title="Nothing has happened that anybody should know"
          actions={
            access.may("channels:write") ? <ButtonLink to="/channels/new">Create a channel</ButtonLink> : undefined
          }
        >
          A wallet that has spent 80 % of its limit, one that spends far more than usual, a provider that went down, a
          key that is refused again and again: each is an alert here, and a message to whoever has to know. Messages
          need a channel: a webhook, or an e-mail service of your own.
        </EmptyState>
      ) : (
        <>
          <DataTable
            label="Alerts, newest first"
            columns={columnsOf(names)}
            rows={alerts}
            rowId={({ id }) => id}
            rowTo={({ id }) => hrefTo(["alerts", id])}
            toolbar={<FilterBar filters={filters} />}
            stale={query.isPlaceholderData}
          />
          {alerts.length === 0 ? <p className="text-sm text-ink-2">No alert fits these filters.</p> : null}
          <LoadMore
            shown={alerts.length}
            hasMore={query.hasNextPage}
            busy={query.isFetchingNextPage}
            onMore={() => void query.fetchNextPage()}
            one="alert"
            many="alerts"
          />
        </>
      )}
    </Page>
  );
}

const filtersOf = (names: Names): readonly Filter[] => [
  { name: "kind", label: "Kind", options: optionsOf(KINDS) },
  { name: "team_id", label: "Team", options: names.options("team") },
  {
    name: "object_id",
    label: "About",
    options: ["wallet", "provider", "key"].flatMap((resource) => names.options(resource)),
  },
];

const columnsOf = (names: Names): readonly Column<Alert>[] => [
  {
    id: "what",
    header: "What happened",
    cell: (alert) => {
      const { title, tone } = wordsOf(alert, names);
      return (
        <span className="inline-flex max-w-2xl items-center gap-2">
          <ToneIcon tone={tone} />
          <span className="truncate">{title}</span>
        </span>
      );
    },
  },
  { id: "kind", header: "Kind", cell: ({ kind }) => KINDS[kind] ?? kind.replaceAll("_", " ") },
  {
    id: "team",
    header: "Team",
    cell: ({ team_id }) => (team_id === null ? <span className="text-ink-3">–</span> : names.label("team", team_id)),
  },
  {
    id: "told",
    header: "Told",
    cell: ({ swallowed_by, routed_at }) =>
      swallowed_by !== null ? (
        <Badge>With one before</Badge>
      ) : routed_at === null ? (
        <Badge tone="warn">Within a minute</Badge>
      ) : (
        <span className="text-ink-2">By the policy</span>
      ),
  },
  { id: "at", header: "When", align: "end", cell: ({ at }) => <Time iso={at} /> },
];
