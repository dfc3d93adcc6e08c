import { Search } from "lucide-react";
import { type FormEvent, useMemo, useState } from "react";
import { download } from "../../api/send.ts";
import { hrefTo } from "../../lib/paths.ts";
import { useNames } from "../../resources/names.ts";
import { useAccess } from "../../session/access.tsx";
import { ButtonLink } from "../../ui/button.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import { DateRangePicker, useRange } from "../../ui/date-range-picker.tsx";
import { ExportButton } from "../../ui/export-button.tsx";
import { FilterBar } from "../../ui/filter-bar.tsx";
import { Input } from "../../ui/input.tsx";
import { useNavigate } from "../../ui/link.tsx";
import { LoadMore } from "../../ui/load-more.tsx";
import { Page } from "../../ui/page.tsx";
import { SavedViews } from "../../ui/saved-views.tsx";
import { TableSkeleton } from "../../ui/skeleton.tsx";
import { EmptyState, ErrorState } from "../../ui/states.tsx";
import { Switch } from "../../ui/switch.tsx";
import { useUrlState } from "../../ui/url-state.ts";
import { requestColumns } from "./columns.tsx";
import { askedFilters, requestFilters, requestIdIn } from "./filters.ts";
import { useRequestLog } from "./log.ts";

const NAMED = ["team", "wallet", "key", "provider", "routing_rule"];
const RANGE = ["range", "from", "to"] as const;

const VIEWS = [
  { name: "All requests", query: {} },
  { name: "Failed at the provider", query: { status: "5xx" } },
  { name: "Rate limited", query: { status: "429" } },
  { name: "Cut off or abandoned", query: { outcome: "cancelled" } },
  { name: "Answered from the cache", query: { cache: "hit" } },
  { name: "A dollar or more", query: { min_cost_usd: "1" } },
] as const;

/** The request log: what was asked, by whom, where it went, and what it cost. */
export default function RequestsPage() {
  const access = useAccess();
  const url = useUrlState();
  const names = useNames(NAMED);
  const range = useRange("7d");
  const filters = useMemo(() => requestFilters(names), [names]);
  const columns = useMemo(() => requestColumns(names), [names]);
  const asked = askedFilters(filters, url.get);
  // What a preset ends with has not come yet: without an end the newest are always among them.
  const ends = range.preset === null || range.preset === "last-month";
  const query = { ...asked, from: range.from, ...(ends ? { to: range.to } : {}) };
  const live = url.get("live") === "1" && !ends;
  const { pages, rows, searching } = useRequestLog(query, live);
  const filtered = Object.keys(asked).length > 0;
  const parameters = [...filters.map(({ name }) => name), ...RANGE];
  return (
    <Page
      title="Requests"
      description="Each request with its way, its price and its outcome, newest first. It is here some seconds after its answer."
      busy={pages.isPending}
      actions={
        <>
          <Switch checked={live} disabled={ends} onChange={(on) => url.set({ live: on ? "1" : null })} label="Follow" />
          {/* An empty value is one of its own, so the address is made here. */}
          <ExportButton save={() => download(`/v1/requests?${new URLSearchParams({ ...query, format: "csv" })}`)} />
        </>
      }
    >
      <div className="flex flex-wrap items-center gap-2">
        <FindById />
        <DateRangePicker range={range} />
        <SavedViews storageKey={`ao-views-requests-${access.org.org_id}`} usual={VIEWS} parameters={parameters} />
      </div>
      {pages.isError ? (
        <ErrorState error={pages.error} onRetry={() => void pages.refetch()} />
      ) : pages.isPending || names.loading ? (
        <TableSkeleton columns={9} />
      ) : (
        <>
          <DataTable
            label="Requests"
            columns={columns}
            rows={rows}
            rowId={({ id }) => id}
            rowTo={({ id }) => hrefTo(["requests", id])}
            choiceKey="requests"
            toolbar={<FilterBar filters={filters} />}
            stale={pages.isPlaceholderData}
          />
          {rows.length > 0 ? null : searching ? (
            <p role="status" className="text-sm text-ink-2">
              Searching further back…
            </p>
          ) : filtered || range.preset !== "7d" ? (
            <EmptyState title="No request fits">
              <p>Widen the range, or take a filter away.</p>
            </EmptyState>
          ) : (
            <EmptyState
              title="No request in the last seven days"
              actions={
                <ButtonLink look="primary" to="/start">
                  Send a first request
                </ButtonLink>
              }
            >
              <p>Point an OpenAI SDK at this platform with a key of yours, and each request is here to be explained.</p>
            </EmptyState>
          )}
          <LoadMore
            shown={rows.length}
            hasMore={pages.hasNextPage}
            busy={pages.isFetchingNextPage}
            onMore={() => void pages.fetchNextPage()}
            one="request"
            many="requests"
          />
        </>
      )}
    </Page>
  );
}

/** Opens a request by its id, wherever in the pasted text it stands. */
function FindById() {
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const [problem, setProblem] = useState(false);
  const open = (from: string): boolean => {
    const id = requestIdIn(from);
    if (id !== null) navigate(hrefTo(["requests", id]));
    return id !== null;
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!open(text)) setProblem(true);
  };
  return (
    <form onSubmit={submit} className="w-full sm:w-72">
      <Input
        before={<Search size={14} />}
        aria-label="Request ID"
        placeholder="Paste a request ID, req_…"
        aria-invalid={problem || undefined}
        className="h-7"
        value={text}
        onChange={(event) => {
          setProblem(false);
          setText(event.target.value);
        }}
        onPaste={(event) => {
          if (open(event.clipboardData.getData("text"))) event.preventDefault();
        }}
      />
      {problem ? (
        <p role="alert" className="mt-1 text-xs font-medium text-bad-ink">
          An ID begins with req_. It is the header x-ao-request-id of the answer.
        </p>
      ) : null}
    </form>
  );
}
