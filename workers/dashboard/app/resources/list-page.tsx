import { useInfiniteQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useMemo } from "react";
import type { ApiError } from "../api/api-error.ts";
import { queryKey } from "../api/hooks.ts";
import { send } from "../api/send.ts";
import { effects } from "../lib/effects.ts";
import { label } from "../lib/format.ts";
import { type Row, rowOf, rowsIn, textIn, textOrNull } from "../lib/json.ts";
import { hrefTo } from "../lib/paths.ts";
import { useAccess } from "../session/access.tsx";
import { MissingPage } from "../shell/missing-page.tsx";
import { Badge } from "../ui/badge.tsx";
import { ButtonLink } from "../ui/button.tsx";
import { type Column, DataTable } from "../ui/data-table.tsx";
import { type Filter, FilterBar } from "../ui/filter-bar.tsx";
import { LoadMore } from "../ui/load-more.tsx";
import { Page } from "../ui/page.tsx";
import { Prose } from "../ui/prose.tsx";
import type { Option } from "../ui/select.tsx";
import { TableSkeleton } from "../ui/skeleton.tsx";
import { EmptyState, ErrorState } from "../ui/states.tsx";
import { useUrlState } from "../ui/url-state.ts";
import { endedWord } from "./ended.ts";
import { type Extras, extrasOf } from "./extras.tsx";
import { type Names, rowLabel, useNames } from "./names.ts";
import { fieldOf, type ResourceInfo } from "./resource-info.ts";
import { useAddressed } from "./use-resource.ts";
import { isAmount, namedResources, Value } from "./value.tsx";

export default function ListPage() {
  const { resource } = useAddressed();
  if (resource === null || !resource.can("list")) return <MissingPage />;
  const Own = extrasOf(resource.name).listPage;
  return Own === undefined ? <ResourceList key={resource.name} resource={resource} /> : <Own />;
}

/** The list of a resource: its columns, sorted and filtered as the address says. */
export function ResourceList({ resource }: { readonly resource: ResourceInfo }) {
  const url = useUrlState();
  const extras = extrasOf(resource.name);
  const names = useNames(namedResources(resource, [...resource.columns, ...resource.filter]));
  const asked = Object.fromEntries(
    [...resource.filter, "sort"].flatMap((name) => {
      const value = url.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
  const list = useInfiniteQuery<Row, ApiError>({
    queryKey: [...queryKey(resource.path), "list", asked],
    queryFn: async ({ pageParam, signal }) => {
      const cursor = typeof pageParam === "string" ? pageParam : null;
      return rowOf((await send("GET", resource.path, { query: { ...asked, cursor }, signal })).body);
    },
    initialPageParam: null,
    getNextPageParam: (page) => textOrNull(page, "next_cursor"),
    placeholderData: (before) => before,
  });
  const rows = list.data?.pages.flatMap((page) => rowsIn(page, "data")) ?? [];
  const columns = useColumns(resource, names, extras);
  const filtered = resource.filter.some((name) => url.get(name) !== null);
  const Header = extras.listHeader;
  return (
    <Page
      title={resource.title}
      description={<Prose text={resource.description} />}
      busy={list.isPending}
      actions={<CreateLink resource={resource} />}
    >
      {Header === undefined ? null : <Header />}
      {list.isError ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : list.isPending ? (
        <TableSkeleton columns={resource.columns.length} />
      ) : rows.length === 0 && !filtered ? (
        <Empty resource={resource} />
      ) : (
        <>
          <DataTable
            label={resource.title}
            columns={columns}
            rows={rows}
            rowId={(row) => textIn(row, "id")}
            rowTo={(row) => hrefTo([resource.slug, textIn(row, "id")])}
            sort={{ value: url.get("sort") ?? "-created_at", onChange: (sort) => url.set({ sort }) }}
            choiceKey={resource.name}
            toolbar={resource.filter.length === 0 ? undefined : <FilterBar filters={filtersOf(resource, names)} />}
            stale={list.isPlaceholderData}
          />
          {rows.length === 0 ? <p className="text-sm text-ink-2">Nothing fits these filters.</p> : null}
          <LoadMore
            shown={rows.length}
            hasMore={list.hasNextPage}
            busy={list.isFetchingNextPage}
            onMore={() => void list.fetchNextPage()}
          />
        </>
      )}
    </Page>
  );
}

const NONE: NonNullable<Extras["columns"]> = [];
const NO_CELLS: NonNullable<Extras["cells"]> = {};

function useColumns(
  resource: ResourceInfo,
  names: Names,
  { columns: extra = NONE, cells = NO_CELLS }: Pick<Extras, "columns" | "cells">,
): readonly Column<Row>[] {
  return useMemo(() => {
    const [first = "id", ...others] = resource.columns;
    const column = (name: string): Column<Row> => ({
      id: name,
      header: label(name),
      align: isAmount(name) ? "end" : "start",
      ...(resource.sort.includes(name) ? { sortBy: true } : {}),
      cell: cells[name] ?? ((row) => <Value resource={resource} name={name} value={row[name]} names={names} />),
    });
    const lead: Column<Row> = {
      ...column(first),
      cell: (row) => <FirstCell resource={resource} row={row} name={first} names={names} />,
    };
    const hidden = resource.fields
      .filter(({ name, kind }) => !resource.columns.includes(name) && kind !== "secret" && kind !== "json")
      .map(({ name }) => ({ ...column(name), hidden: true }));
    return [lead, ...extra, ...others.map(column), ...hidden];
  }, [resource, names, extra, cells]);
}

function FirstCell({
  resource,
  row,
  name,
  names,
}: {
  readonly resource: ResourceInfo;
  readonly row: Row;
  readonly name: string;
  readonly names: Names;
}) {
  const ended = endedWord(row, effects.now());
  const value = row[name];
  const reference = fieldOf(resource, name)?.kind === "reference";
  return (
    <span className="inline-flex items-center gap-2">
      {typeof value !== "string" ? (
        rowLabel(row)
      ) : reference ? (
        <Value plain resource={resource} name={name} value={value} names={names} />
      ) : (
        value
      )}
      {ended === null ? null : <Badge>{ended}</Badge>}
      {row.frozen === true && ended === null ? <Badge tone="bad">Frozen</Badge> : null}
    </span>
  );
}

const filtersOf = (resource: ResourceInfo, names: Names): readonly Filter[] =>
  resource.filter.map((name) => {
    const options = optionsOf(resource, names, name);
    return { name, label: label(name), ...(options === null ? {} : { options }) };
  });

function optionsOf(resource: ResourceInfo, names: Names, name: string): readonly Option[] | null {
  const field = fieldOf(resource, name);
  if (field?.kind === "flag")
    return [
      { value: "true", label: "Yes" },
      { value: "false", label: "No" },
    ];
  if (field?.kind === "choice") return field.values.map((value) => ({ value, label: value }));
  if (field?.kind !== "reference") return null;
  return names.options(field.resource);
}

function CreateLink({ resource }: { readonly resource: ResourceInfo }) {
  const access = useAccess();
  const invitation = access.resource("invitation");
  if (resource.name === "member" && invitation !== undefined && access.may(invitation.write)) {
    return (
      <ButtonLink look="primary" icon={Plus} to={`/${invitation.slug}/new`}>
        Invite somebody
      </ButtonLink>
    );
  }
  if (!resource.can("create") || !access.may(resource.write)) return null;
  return (
    <ButtonLink look="primary" icon={Plus} to={`/${resource.slug}/new`}>
      Create {resource.one}
    </ButtonLink>
  );
}

const Empty = ({ resource }: { readonly resource: ResourceInfo }) => (
  <EmptyState title={`No ${resource.many} yet`} actions={<CreateLink resource={resource} />}>
    <Lesson steps={extrasOf(resource.name).lesson} />
  </EmptyState>
);

const Lesson = ({ steps }: { readonly steps: readonly string[] | undefined }) =>
  steps === undefined ? null : (
    <ol className="list-decimal space-y-1 pl-5 text-left">
      {steps.map((step) => (
        <li key={step}>{step}</li>
      ))}
    </ol>
  );
