import { Bot, Download, KeyRound, type LucideIcon, ScrollText, User } from "lucide-react";
import { useMemo } from "react";
import { apiErrorOf } from "../../api/api-error.ts";
import { rowsOf, useInfiniteApiQuery } from "../../api/pages.ts";
import { download } from "../../api/send.ts";
import { capital } from "../../lib/format.ts";
import { rowOf, textIn } from "../../lib/json.ts";
import { type Names, rowLabel, useNames } from "../../resources/names.ts";
import { Reference } from "../../resources/value.tsx";
import { useAccess } from "../../session/access.tsx";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { DateRangePicker, useRange, useRangeAsked } from "../../ui/date-range-picker.tsx";
import { type Filter, FilterBar } from "../../ui/filter-bar.tsx";
import { LoadMore } from "../../ui/load-more.tsx";
import { Menu } from "../../ui/menu.tsx";
import { Page } from "../../ui/page.tsx";
import { TableSkeleton } from "../../ui/skeleton.tsx";
import { EmptyState, ErrorState } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { toast } from "../../ui/toast.ts";
import { useUrlState } from "../../ui/url-state.ts";
import { changesOf } from "./diff.ts";
import { actionOptions, actionWords, type Entry, targetOf } from "./entry.ts";
import { EntryDrawer } from "./entry-drawer.tsx";
import { Proof } from "./proof.tsx";
import { EntryValue } from "./value.tsx";

const EQUAL = ["action", "actor_id", "target_type", "target_id", "request_id", "outcome"] as const;
/** More changes than these are counted in the table. */
const SHOWN = 2;

/** The audit log: what was done, by whom, and the proof that nothing of it was changed since. */
export default function AuditPage() {
  const access = useAccess();
  const url = useUrlState();
  const names = useNames(access.resources.map(({ name }) => name));
  const filters = useFilters(names);
  const asked = useAsked();
  const query = useInfiniteApiQuery("/v1/audit", { query: asked }, { keepPrevious: true });
  const entries = rowsOf<Entry>(query);
  const open = entries.find(({ id }) => id === url.get("entry"));
  const range = useRange("30d");
  return (
    <Page
      title="Audit log"
      description="Who changed what, and what was refused. A change and its entry are one transaction: there is neither without the other."
      busy={query.isPending}
      actions={<Exports asked={asked} />}
    >
      <Proof />
      {query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : query.isPending ? (
        <TableSkeleton columns={5} />
      ) : (
        <>
          <DataTable
            label="Audit entries, newest first"
            columns={columnsOf(names)}
            rows={entries}
            rowId={({ id }) => id}
            onRow={({ id }) => url.set({ entry: id })}
            choiceKey="audit"
            stale={query.isPlaceholderData}
            toolbar={
              <div className="flex flex-wrap items-center gap-2">
                <FilterBar filters={filters} />
                <DateRangePicker range={range} unset="Any time" />
              </div>
            }
          />
          {entries.length === 0 ? (
            <EmptyState icon={ScrollText} title="No entry fits these filters">
              Every change of the configuration has one, from the organisation's first on. Reads have none.
            </EmptyState>
          ) : null}
          <LoadMore
            shown={entries.length}
            hasMore={query.hasNextPage}
            busy={query.isFetchingNextPage}
            onMore={() => void query.fetchNextPage()}
            one="entry"
            many="entries"
          />
        </>
      )}
      <EntryDrawer entry={open} names={names} onClose={() => url.set({ entry: null })} />
    </Page>
  );
}

/** The question in the address, as the API asks it. Without a range it is all of time. */
function useAsked(): Readonly<Record<string, string>> {
  const url = useUrlState();
  const range = useRangeAsked();
  const equal = JSON.stringify(EQUAL.map((name) => [name, url.get(name)]).filter(([, value]) => value !== null));
  return useMemo(() => ({ ...Object.fromEntries(JSON.parse(equal)), ...range }), [equal, range]);
}

function useFilters(names: Names): readonly Filter[] {
  const access = useAccess();
  const url = useUrlState();
  const actors = [
    ...names.rows("member").map((row) => ({ value: textIn(row, "user_id"), label: rowLabel(row) })),
    ...names.rows("key").map((row) => ({ value: textIn(row, "id"), label: `Key ${rowLabel(row)}` })),
  ];
  const actor = url.get("actor_id");
  const known = actor === null || actors.some(({ value }) => value === actor);
  return [
    {
      name: "actor_id",
      label: "Who",
      options: known ? actors : [...actors, { value: actor, label: actor }],
    },
    { name: "action", label: "Action", options: actionOptions(access, url.get("action")) },
    {
      name: "target_type",
      label: "Kind of target",
      options: access.resources.map(({ name, title }) => ({ value: name, label: title })),
    },
    { name: "target_id", label: "Target's ID", placeholder: "wal_…" },
    {
      name: "outcome",
      label: "Outcome",
      options: [
        { value: "done", label: "Done" },
        { value: "blocked", label: "Blocked" },
      ],
    },
    { name: "request_id", label: "Request's ID", placeholder: "req_…" },
  ];
}

const ACTORS: Readonly<Record<string, LucideIcon>> = { user: User, key: KeyRound, system: Bot };

function columnsOf(names: Names): readonly Column<Entry>[] {
  return [
    {
      id: "what",
      header: "What",
      cell: (entry) => <What entry={entry} />,
    },
    {
      id: "target",
      header: "To what",
      cell: (entry) => <Target entry={entry} names={names} />,
    },
    { id: "changes", header: "Change", cell: (entry) => <Summary entry={entry} /> },
    {
      id: "who",
      header: "Who",
      cell: ({ actor }) => {
        const Icon = ACTORS[actor.type] ?? Bot;
        return (
          <span className="flex max-w-56 items-center gap-1.5" title={actor.id}>
            <Icon size={14} aria-hidden="true" className="shrink-0 text-ink-3" />
            <span className="truncate">{actor.name || actor.id}</span>
          </span>
        );
      },
    },
    { id: "at", header: "When", cell: ({ at }) => <Time iso={at} /> },
    { id: "seq", header: "Entry", align: "end", cell: ({ seq }) => <span className="figure">{seq}</span> },
    { id: "ip", header: "Address", hidden: true, cell: ({ ip }) => ip ?? "–" },
    { id: "request_id", header: "Request", hidden: true, cell: ({ request_id }) => request_id ?? "–" },
  ];
}

function Target({ entry, names }: { readonly entry: Entry; readonly names: Names }) {
  const target = targetOf(entry);
  if (target === null) return <span className="text-ink-3">–</span>;
  return (
    <span className="block max-w-64 truncate">
      <Reference resource={target.type} id={target.id} names={names} />
    </span>
  );
}

const What = ({ entry }: { readonly entry: Entry }) => (
  <span className="inline-flex items-center gap-2">
    <span title={entry.action} className="whitespace-nowrap">
      {actionWords(entry.action)}
    </span>
    {entry.outcome === "done" ? null : <Badge tone="bad">{capital(entry.outcome)}</Badge>}
  </span>
);

/** The first of what changed, in a line. */
function Summary({ entry }: { readonly entry: Entry }) {
  const changes = changesOf(entry);
  const updates = changes.filter(({ before }) => before !== undefined);
  const { code } = rowOf(entry.details);
  if (typeof code === "string") return <code className="font-mono text-xs text-ink-2">{code}</code>;
  if (updates.length === 0) return <span className="text-ink-3">–</span>;
  return (
    <span className="flex max-w-md items-center gap-x-3 overflow-hidden whitespace-nowrap">
      {updates.slice(0, SHOWN).map(({ path, name, before, after }) => (
        <span key={path} className="truncate">
          <span className="text-ink-3">{name} </span>
          <EntryValue name={path} value={before} /> → <EntryValue name={path} value={after} />
        </span>
      ))}
      {updates.length > SHOWN ? <span className="shrink-0 text-ink-3">+ {updates.length - SHOWN}</span> : null}
    </span>
  );
}

const FORMATS = [
  { format: "csv", text: "CSV, for spreadsheets" },
  { format: "json", text: "JSON, with the public key and a receipt" },
  { format: "parquet", text: "Parquet" },
] as const;

/** The entries that the filters keep, as a file. */
function Exports({ asked }: { readonly asked: Readonly<Record<string, string>> }) {
  const filtered = Object.keys(asked).length > 0;
  const save = (format: string): void => {
    download("/v1/audit/export", { ...asked, format }).catch((failure: unknown) =>
      toast(apiErrorOf(failure).message, "bad"),
    );
  };
  return (
    <Menu
      trigger={<Button icon={Download}>Export</Button>}
      items={[
        { kind: "heading", text: filtered ? "Only what the filters keep: verify it with --partial." : "The whole log" },
        ...FORMATS.map(({ format, text }) => ({ text, onSelect: () => save(format) })),
      ]}
    />
  );
}
