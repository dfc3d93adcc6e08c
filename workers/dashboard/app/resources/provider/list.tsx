import { useInfiniteQuery } from "@tanstack/react-query";
import { Plus, Server } from "lucide-react";
import type { ApiError } from "../../api/api-error.ts";
import { queryKey } from "../../api/hooks.ts";
import { send } from "../../api/send.ts";
import { Sparkline } from "../../charts/sparkline.tsx";
import { formatDuration, formatNumber, formatPercent } from "../../lib/format.ts";
import { type Row, rowOf, rowsIn, textIn, textOrNull } from "../../lib/json.ts";
import { hrefTo } from "../../lib/paths.ts";
import { useAccess } from "../../session/access.tsx";
import { Badge } from "../../ui/badge.tsx";
import { ButtonLink } from "../../ui/button.tsx";
import { type Filter, FilterBar } from "../../ui/filter-bar.tsx";
import { Link } from "../../ui/link.tsx";
import { LoadMore } from "../../ui/load-more.tsx";
import { Page } from "../../ui/page.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { EmptyState, ErrorState } from "../../ui/states.tsx";
import { useUrlState } from "../../ui/url-state.ts";
import { HealthBadge, MEANINGS, shareFailed, useHealth } from "./health.tsx";
import { kindLabel } from "./kind-of.ts";
import { LetterLogo } from "./letter-logo.tsx";
import { type Latency, useLatencyOfDay } from "./use-latency.ts";

const PATH = "/v1/providers";
const FILTERS: readonly Filter[] = [
  { name: "kind", label: "Kind", placeholder: "openai" },
  { name: "region", label: "Region", placeholder: "eu" },
  {
    name: "enabled",
    label: "Enabled",
    options: [
      { value: "true", label: "Yes" },
      { value: "false", label: "No" },
    ],
  },
];
const SKELETONS = ["one", "two", "three"] as const;

/** The providers as cards: how each is, how fast it was in the last day, and what went wrong last. */
export default function ProvidersPage() {
  const access = useAccess();
  const url = useUrlState();
  const asked = Object.fromEntries(FILTERS.map(({ name }) => [name, url.get(name)]));
  const list = useInfiniteQuery<Row, ApiError>({
    queryKey: [...queryKey(PATH), "list", asked],
    queryFn: async ({ pageParam, signal }) => {
      const cursor = typeof pageParam === "string" ? pageParam : null;
      return rowOf((await send("GET", PATH, { query: { ...asked, cursor }, signal })).body);
    },
    initialPageParam: null,
    getNextPageParam: (page) => textOrNull(page, "next_cursor"),
    placeholderData: (before) => before,
  });
  const latency = useLatencyOfDay(access.may("analytics:read"));
  const rows = list.data?.pages.flatMap((page) => rowsIn(page, "data")) ?? [];
  const filtered = Object.values(asked).some((value) => value !== null);
  const add = access.may("providers:write") ? (
    <ButtonLink look="primary" icon={Plus} to="/providers/new">
      Create provider
    </ButtonLink>
  ) : null;
  return (
    <Page
      title="Providers"
      description="The accounts upstream that requests go to. An ID is the first half of its models' names: openai/gpt-5."
      busy={list.isPending}
      actions={add}
    >
      {list.isError ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : list.isPending ? (
        <Grid>
          {SKELETONS.map((key) => (
            <Skeleton key={key} className="h-48 rounded-lg" />
          ))}
        </Grid>
      ) : rows.length === 0 && !filtered ? (
        <EmptyState icon={Server} title="There is no provider yet" actions={add}>
          <ol className="list-decimal space-y-1 pl-5 text-left">
            <li>Create one: choose its kind, and give it the credential of your account there.</li>
            <li>Test it on its page. That is one small request, paid for like any other.</li>
            <li>Ask for its models by its ID and their names, such as openai/gpt-5, with an API key of a wallet.</li>
          </ol>
        </EmptyState>
      ) : (
        <>
          <FilterBar filters={FILTERS} />
          {rows.length === 0 ? <p className="text-sm text-ink-2">Nothing fits these filters.</p> : null}
          <Grid>
            {rows.map((row) => (
              <ProviderCard key={textIn(row, "id")} row={row} latency={latency.data} />
            ))}
          </Grid>
          <LoadMore
            shown={rows.length}
            hasMore={list.hasNextPage}
            busy={list.isFetchingNextPage}
            onMore={() => void list.fetchNextPage()}
            one="provider"
            many="providers"
          />
        </>
      )}
    </Page>
  );
}

const Grid = ({ children }: { readonly children: React.ReactNode }) => (
  <ul aria-label="Providers" className="grid gap-4 md:grid-cols-2 2xl:grid-cols-3">
    {children}
  </ul>
);

function ProviderCard({ row, latency }: { readonly row: Row; readonly latency: Latency | undefined }) {
  const id = textIn(row, "id");
  const kind = textIn(row, "kind");
  const enabled = row.enabled !== false;
  const health = useHealth(id, enabled);
  const state = enabled ? (health.data?.state ?? null) : "disabled";
  const failure = health.data?.last_failure ?? null;
  const breaker = enabled ? health.data?.routing.breaker : undefined;
  const region = textOrNull(row, "region");
  return (
    <li className="relative flex min-w-0 flex-col gap-3 rounded-lg border border-line bg-surface p-4 hover:border-line-strong">
      <div className="flex items-start gap-3">
        <LetterLogo name={kindLabel(kind)} className="size-9" />
        <div className="min-w-0 flex-1">
          <h2 className="truncate font-semibold">
            <Link
              to={hrefTo(["providers", id])}
              className="after:absolute after:inset-0 after:rounded-lg hover:underline"
            >
              {textOrNull(row, "name") ?? id}
            </Link>
          </h2>
          <p className="truncate text-xs text-ink-3">
            {kindLabel(kind)} · <code className="font-mono">{id}</code>
            {region === null ? null : ` · ${region}`}
          </p>
        </div>
        {breaker === undefined || breaker === "closed" ? null : (
          <Badge tone={breaker === "open" ? "bad" : "warn"}>Breaker {breaker.replace("_", " ")}</Badge>
        )}
        {state === null ? health.isError ? null : <Skeleton className="h-5 w-20" /> : <HealthBadge state={state} />}
      </div>
      <Figures enabled={enabled} health={health.data} hours={hoursOf(latency, id)} />
      <p className="min-h-4 text-xs text-ink-3">
        {!enabled ? (
          MEANINGS.disabled
        ) : health.isError ? (
          health.error.message
        ) : failure === null ? (
          health.data === undefined ? null : (
            "No failure was seen."
          )
        ) : (
          <span className="line-clamp-1 wrap-anywhere">
            Last failure: {failure.class.replaceAll("_", " ")}: {failure.message}
          </span>
        )}
      </p>
    </li>
  );
}

type Hour = Latency["data"][number];

const hoursOf = (latency: Latency | undefined, id: string): readonly Hour[] =>
  latency?.data.filter(({ provider }) => provider === id) ?? [];

function Figures({
  enabled,
  health,
  hours,
}: {
  readonly enabled: boolean;
  readonly health: ReturnType<typeof useHealth>["data"];
  readonly hours: readonly Hour[];
}) {
  const hour = enabled ? health?.live_60m : undefined;
  const failed = hour === undefined ? null : shareFailed(hour);
  const requests = hours.reduce((sum, one) => sum + one.requests, 0);
  const medians = hours.map(({ latency }) => latency.p50_ms ?? 0);
  const ms = (value: number | null | undefined): string => (value == null ? "–" : formatDuration(value));
  return (
    <div className="flex items-end justify-between gap-3">
      <dl className="grid flex-1 grid-cols-2 gap-x-3 gap-y-1.5 text-sm sm:grid-cols-4">
        <Figure name="Requests, 24 h" value={hours.length === 0 ? "–" : formatNumber(requests)} />
        <Figure
          name="Failed, 1 h"
          value={failed === null ? "–" : formatPercent(failed)}
          bad={failed !== null && failed >= 0.1}
        />
        <Figure name="Median, 1 h" value={ms(hour?.latency_p50_ms)} />
        <Figure name="p95, 1 h" value={ms(hour?.latency_p95_ms)} />
      </dl>
      <div className="max-sm:hidden">
        <Sparkline values={medians} summary="Median latency by hour, last 24 hours" width={72} />
      </div>
    </div>
  );
}

const Figure = ({
  name,
  value,
  bad = false,
}: {
  readonly name: string;
  readonly value: string;
  readonly bad?: boolean;
}) => (
  <div className="flex min-w-0 flex-col">
    <dt className="truncate text-2xs text-ink-3">{name}</dt>
    <dd className={bad ? "figure font-medium text-bad-ink" : "figure font-medium"}>{value}</dd>
  </div>
);
