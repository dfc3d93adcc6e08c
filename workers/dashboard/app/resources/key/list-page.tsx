import { useQuery } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { type ReactNode, useMemo } from "react";
import type { ApiError } from "../../api/api-error.ts";
import { queryKey } from "../../api/hooks.ts";
import { costsHref } from "../../lib/cost-query.ts";
import { effects } from "../../lib/effects.ts";
import { count, formatDate, formatNumber } from "../../lib/format.ts";
import { type Row, textIn, textOrNull, textsIn } from "../../lib/json.ts";
import { hrefTo } from "../../lib/paths.ts";
import { useAccess } from "../../session/access.tsx";
import { MissingPage } from "../../shell/missing-page.tsx";
import { Money } from "../../ui/amounts.tsx";
import { Badge } from "../../ui/badge.tsx";
import { ButtonLink } from "../../ui/button.tsx";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { FilterBar } from "../../ui/filter-bar.tsx";
import { Link } from "../../ui/link.tsx";
import { Page } from "../../ui/page.tsx";
import { Skeleton, TableSkeleton } from "../../ui/skeleton.tsx";
import { EmptyState, ErrorState } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { useUrlState } from "../../ui/url-state.ts";
import { endedWord } from "../ended.ts";
import { actorLabel, type Names, readAll, rowLabel, useNames } from "../names.ts";
import { Reference } from "../value.tsx";
import type { KeyUsage } from "./usage.ts";
import { useKeyUsage } from "./use-key-usage.ts";

const NO_ROWS: readonly Row[] = [];

/** Every key: whose money it spends, what it may do, whether anybody uses it. */
export default function KeysPage() {
  const access = useAccess();
  const resource = access.resource("key");
  const url = useUrlState();
  const names = useNames(["wallet", "team", "member", "key"]);
  const usage = useKeyUsage();
  const keys = useQuery<readonly Row[], ApiError>({
    queryKey: [...queryKey("/v1/keys"), "all"],
    enabled: resource !== undefined,
    queryFn: ({ signal }) => (resource === undefined ? [] : readAll(resource, signal)),
  });
  const may = access.may("analytics:read");
  const columns = useMemo(() => columnsOf(names, usage, may), [names, usage, may]);
  if (resource === undefined) return <MissingPage />;
  const all = keys.data ?? NO_ROWS;
  const rows = all.filter((row) => fits(row, url.get, names, usage));
  const ended = all.filter((row) => endedWord(row, effects.now()) !== null).length;
  const create = access.may(resource.write) ? (
    <ButtonLink look="primary" icon={Plus} to="/keys/new">
      Create API key
    </ButtonLink>
  ) : null;
  return (
    <Page
      title={resource.title}
      description="What apps and administrators identify themselves with. Each spends from one wallet."
      busy={keys.isPending || names.loading}
      actions={create}
    >
      {keys.isError ? (
        <ErrorState error={keys.error} onRetry={() => void keys.refetch()} />
      ) : keys.isPending || names.loading ? (
        <TableSkeleton columns={6} />
      ) : all.length === 0 ? (
        <EmptyState icon={KeyRound} title="There is no API key yet" actions={create}>
          <p>
            Make one for each app, with the wallet that it spends from: so each has limits of its own, and can be
            revoked without stopping the others.
          </p>
        </EmptyState>
      ) : (
        <>
          <DataTable
            label={resource.title}
            columns={columns}
            rows={rows}
            rowId={(row) => textIn(row, "id")}
            rowTo={(row) => hrefTo(["keys", textIn(row, "id")])}
            choiceKey="key-list"
            toolbar={
              <FilterBar
                filters={[
                  { name: "state", label: "State", options: STATES },
                  { name: "name", label: "Name" },
                  { name: "wallet_id", label: "Wallet", options: names.options("wallet") },
                  { name: "team_id", label: "Team", options: names.options("team") },
                  { name: "used", label: "Use", options: USES },
                  { name: "hint", label: "Begins with", placeholder: "ao_ab12" },
                  {
                    name: "created_by",
                    label: "Made by",
                    options: names.rows("member").map((row) => ({
                      value: textIn(row, "user_id"),
                      label: rowLabel(row),
                    })),
                  },
                ]}
              />
            }
          />
          {rows.length === 0 ? <p className="text-sm text-ink-2">No key fits these filters.</p> : null}
          <p className="figure text-xs text-ink-3">
            {count(rows.length, "key", "keys")}
            {url.get("state") === null && ended > 0 ? (
              <>
                {`; ${formatNumber(ended)} more revoked or expired, `}
                <Link to={hrefTo(["keys"], { state: "all" })} className="link">
                  show all
                </Link>
              </>
            ) : null}
          </p>
        </>
      )}
    </Page>
  );
}

const STATES = [
  { value: "active", label: "Active" },
  { value: "revoked", label: "Revoked" },
  { value: "expired", label: "Expired" },
  { value: "all", label: "All" },
];
const USES = [
  { value: "yes", label: "Used in 30 days" },
  { value: "no", label: "Not used in 30 days" },
];

function fits(
  row: Row,
  get: (name: string) => string | null,
  names: Names,
  usage: ReadonlyMap<string, KeyUsage> | undefined,
): boolean {
  const is = (name: string, value: string | null): boolean => get(name) === null || get(name) === value;
  const starts = (name: string): boolean =>
    textIn(row, name)
      .toLowerCase()
      .includes((get(name) ?? "").toLowerCase());
  const state = (endedWord(row, effects.now()) ?? "active").toLowerCase();
  const wanted = get("state") ?? "active";
  return (
    (wanted === "all" || state === wanted) &&
    is("wallet_id", textIn(row, "wallet_id")) &&
    is("team_id", teamOf(row, names)) &&
    is("created_by", textOrNull(row, "created_by")) &&
    is("used", usage === undefined ? get("used") : usage.has(textIn(row, "id")) ? "yes" : "no") &&
    starts("name") &&
    starts("hint")
  );
}

function teamOf(row: Row, names: Names): string | null {
  const wallet = names.rows("wallet").find(({ id }) => id === row.wallet_id);
  return wallet === undefined ? null : textOrNull(wallet, "team_id");
}

const None = () => <span className="text-ink-3">–</span>;

function columnsOf(
  names: Names,
  usage: ReadonlyMap<string, KeyUsage> | undefined,
  may: boolean,
): readonly Column<Row>[] {
  const of = (row: Row): KeyUsage | undefined => usage?.get(textIn(row, "id"));
  const used = (row: Row, show: (usage: KeyUsage) => ReactNode) => {
    const found = of(row);
    if (usage === undefined) return <Skeleton className="ml-auto h-3 w-14" />;
    return found === undefined ? <None /> : show(found);
  };
  return [
    {
      id: "name",
      header: "Name",
      sortBy: (row) => textIn(row, "name").toLowerCase(),
      cell: (row) => {
        const ended = endedWord(row, effects.now());
        return (
          <span className="inline-flex items-center gap-2">
            {textIn(row, "name")}
            {ended === null ? null : <Badge>{ended}</Badge>}
          </span>
        );
      },
    },
    {
      id: "hint",
      header: "Key",
      cell: (row) => <code className="font-mono text-xs">{textIn(row, "hint")}…</code>,
    },
    {
      id: "wallet_id",
      header: "Wallet",
      sortBy: (row) => names.label("wallet", textIn(row, "wallet_id")).toLowerCase(),
      cell: (row) => <Reference resource="wallet" id={textIn(row, "wallet_id")} names={names} />,
    },
    {
      id: "team",
      header: "Team",
      sortBy: (row) => names.label("team", teamOf(row, names) ?? "").toLowerCase(),
      cell: (row) => {
        const team = teamOf(row, names);
        return team === null ? <None /> : <Reference resource="team" id={team} names={names} />;
      },
    },
    { id: "scopes", header: "May", cell: (row) => <Scopes scopes={textsIn(row, "scopes")} /> },
    ...(may
      ? [
          {
            id: "spent",
            header: "Spent, 30 days",
            align: "end" as const,
            sortBy: (row: Row) => Number(of(row)?.cost_usd ?? -1),
            cell: (row: Row) =>
              used(row, ({ cost_usd }) => (
                <Link to={costsHref({ by: "model", filter: { key: textIn(row, "id") } })} className="hover:underline">
                  <Money usd={cost_usd} rounded />
                </Link>
              )),
          },
          {
            id: "requests",
            header: "Requests",
            align: "end" as const,
            sortBy: (row: Row) => of(row)?.requests ?? -1,
            cell: (row: Row) =>
              used(row, ({ requests }) => (
                <Link to={hrefTo(["requests"], { key_id: textIn(row, "id") })} className="figure hover:underline">
                  {formatNumber(requests)}
                </Link>
              )),
          },
          {
            id: "last_used",
            header: "Last used",
            sortBy: (row: Row) => of(row)?.last_day ?? "",
            cell: (row: Row) => used(row, ({ last_day }) => <Day iso={last_day} />),
          },
        ]
      : []),
    {
      id: "expires_at",
      header: "Expires",
      sortBy: (row) => textOrNull(row, "expires_at") ?? "9",
      cell: (row) => {
        const expires = textOrNull(row, "expires_at");
        return expires === null ? <span className="text-ink-3">never</span> : <Time iso={expires} />;
      },
    },
    {
      id: "created_at",
      header: "Created",
      hidden: true,
      sortBy: (row) => textIn(row, "created_at"),
      cell: (row) => <Time iso={textIn(row, "created_at")} />,
    },
    {
      id: "created_by",
      header: "Made by",
      hidden: true,
      cell: (row) => {
        const by = textOrNull(row, "created_by");
        return by === null ? <None /> : actorLabel(names, by);
      },
    },
  ];
}

/** Usage is known by the day. */
function Day({ iso }: { readonly iso: string }) {
  const at = Date.parse(iso);
  const today = formatDate(effects.now()) === formatDate(at);
  return <span className="whitespace-nowrap">{today ? "today" : formatDate(at)}</span>;
}

function Scopes({ scopes }: { readonly scopes: readonly string[] }) {
  const [first = "nothing", ...others] = scopes;
  return (
    <span title={scopes.join(", ")} className="whitespace-nowrap">
      {first === "inference" ? "use models" : first}
      {others.length === 0 ? null : <span className="text-ink-3"> +{others.length}</span>}
    </span>
  );
}
