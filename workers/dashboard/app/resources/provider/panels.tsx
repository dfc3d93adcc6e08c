import { rowsOf, useInfiniteApiQuery } from "../../api/pages.ts";
import type { AnswerOf } from "../../api/types.ts";
import { effects } from "../../lib/effects.ts";
import { formatDuration, formatNumber, formatPercent } from "../../lib/format.ts";
import { hrefTo } from "../../lib/paths.ts";
import { Badge, StatusBadge } from "../../ui/badge.tsx";
import { Card } from "../../ui/card.tsx";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { Facts } from "../../ui/facts.tsx";
import { Link } from "../../ui/link.tsx";
import { LoadMore } from "../../ui/load-more.tsx";
import { ScrollTable } from "../../ui/scroll-table.tsx";
import { LinesSkeleton, Skeleton } from "../../ui/skeleton.tsx";
import { ErrorState } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import type { Subject } from "../extras.tsx";
import { type Health, HealthBadge, MEANINGS, shareFailed, useHealth } from "./health.tsx";

/** How a provider is, and what it lists. */
export default function ProviderPanels({ subject }: { readonly subject: Subject }) {
  const { id, row } = subject;
  return (
    <>
      <HealthCard id={id} enabled={row.enabled !== false} />
      <ModelsCard id={id} />
    </>
  );
}

function HealthCard({ id, enabled }: { readonly id: string; readonly enabled: boolean }) {
  const health = useHealth(id);
  if (health.isError) return <ErrorState error={health.error} onRetry={() => void health.refetch()} />;
  if (health.isPending) return <LinesSkeleton lines={6} />;
  const { data } = health;
  const state = enabled ? data.state : "disabled";
  const failure = data.last_failure;
  const time = (iso: string | null) => (iso === null ? "–" : <Time iso={iso} />);
  return (
    <Card
      title="Health"
      description={MEANINGS[state]}
      actions={
        <>
          <HealthBadge state={state} />
          <Link to={hrefTo(["requests"], { provider: id })} className="link text-sm">
            Its requests
          </Link>
        </>
      }
    >
      <div className="grid gap-x-8 lg:grid-cols-2">
        <Facts
          facts={[
            ["Since", time(data.since)],
            ["Breaker", <Breaker key="breaker" routing={data.routing} />],
            [
              "Last probe",
              data.probed === false ? (
                "It has no list to probe: requests alone tell."
              ) : (
                <span key="probe">
                  {time(data.last_probe_at)}
                  {data.last_probe_ok === false ? ", failed" : null}
                </span>
              ),
            ],
            [
              "Last failure",
              failure === null ? (
                "None was seen."
              ) : (
                <span key="failure">
                  {failure.class.replaceAll("_", " ")}: {failure.message} <Time iso={failure.at} />
                </span>
              ),
            ],
          ]}
        />
        <CallTable health={data} />
      </div>
    </Card>
  );
}

function Breaker({ routing }: { readonly routing: Health["routing"] }) {
  if (routing.breaker === "closed") return "Closed: requests go to it as rules say";
  return (
    <span>
      <Badge tone={routing.breaker === "open" ? "bad" : "warn"}>{routing.breaker.replace("_", " ")}</Badge>{" "}
      {routing.breaker === "open" ? "asked last" : "a few requests find out how it is"}
      {routing.breaker_until === null ? null : (
        <>
          , until <Time iso={routing.breaker_until} />
        </>
      )}
    </span>
  );
}

/** Calls of the provider and of each model that was called lately. */
function CallTable({ health }: { readonly health: Health }) {
  const rows = [
    { name: "5 minutes", breaker: "closed", ...health.live_5m },
    { name: "60 minutes", breaker: "closed", ...health.live_60m },
    ...Object.entries(health.models).map(([name, model]) => ({ name: `${name}, 2 minutes`, ...model })),
  ];
  const ms = (value: number | null): string => (value === null ? "–" : formatDuration(value));
  const head = "px-2 py-2 text-right text-xs font-medium text-ink-3 first:pl-0 first:text-left last:pr-0";
  const cell = "figure border-t border-line px-2 py-2 text-right whitespace-nowrap last:pr-0";
  return (
    <ScrollTable label="Calls of late">
      <thead>
        <tr>
          {["Calls of", "Well", "Failed", "Median", "p95", "First byte"].map((text) => (
            <th key={text} scope="col" className={head}>
              {text}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => {
          const failed = shareFailed(row);
          return (
            <tr key={row.name}>
              <th scope="row" className="border-t border-line py-2 pr-2 text-left font-normal wrap-anywhere">
                {row.name} {row.breaker === "closed" ? null : <Badge tone="bad">{row.breaker.replace("_", " ")}</Badge>}
              </th>
              <td className={cell}>{formatNumber(row.ok)}</td>
              <td className={cell}>
                {formatNumber(row.failed)}
                {failed === null || failed === 0 ? null : (
                  <span className="text-bad-ink"> ({formatPercent(failed)})</span>
                )}
              </td>
              <td className={cell}>{ms(row.latency_p50_ms)}</td>
              <td className={cell}>{ms(row.latency_p95_ms)}</td>
              <td className={cell}>{ms(row.first_byte_p50_ms)}</td>
            </tr>
          );
        })}
      </tbody>
    </ScrollTable>
  );
}

type Listed = AnswerOf<"/v1/providers/{id}/models", "get">["data"][number];
/** A model counts as new for so long. */
const NEW_MS = 7 * 86_400_000;

function ModelsCard({ id }: { readonly id: string }) {
  const list = useInfiniteApiQuery("/v1/providers/{id}/models", { path: { id }, query: { limit: 100 } });
  if (list.isError) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  const rows = rowsOf(list) as readonly Listed[];
  const seen = (row: Listed): number => Date.parse(row.first_seen_at);
  // New is what came to a list that was there before.
  const begun = Math.min(...rows.map(seen));
  const isNew = (row: Listed): boolean =>
    seen(row) > begun && effects.now() - seen(row) < NEW_MS && row.status !== "vanished";
  const columns: readonly Column<Listed>[] = [
    {
      id: "model",
      header: "Model",
      sortBy: ({ upstream_id }) => upstream_id,
      cell: ({ upstream_id }) => <code className="font-mono text-xs">{upstream_id}</code>,
    },
    {
      id: "status",
      header: "Status",
      sortBy: ({ status }) => status,
      cell: (row) => (
        <span className="inline-flex gap-1">
          <StatusBadge
            status={row.status}
            tone={{ priced: "good", unpriced: "warn", vanished: "bad" }[row.status] as "good"}
          />
          {isNew(row) ? <Badge tone="accent">New</Badge> : null}
          {row.status === "unpriced" ? (
            <Link to={hrefTo(["prices", "new"], { provider_id: id, model: row.upstream_id })} className="link">
              Set a price
            </Link>
          ) : null}
        </span>
      ),
    },
    { id: "seen", header: "First seen", sortBy: seen, cell: (row) => <Time iso={row.first_seen_at} /> },
  ];
  return (
    <Card title="Models that it lists" description="A model without a price is not served until one is set." flush>
      {list.isPending ? (
        <Skeleton className="m-4 h-24" />
      ) : rows.length === 0 ? (
        <p className="px-4 pb-4 text-sm text-ink-2">No list was taken over yet. Sync models asks for it now.</p>
      ) : (
        <div className="flex flex-col gap-3 px-4 pb-4">
          <DataTable label="Models that it lists" columns={columns} rows={rows} rowId={(row) => row.upstream_id} />
          <LoadMore
            shown={rows.length}
            hasMore={list.hasNextPage}
            busy={list.isFetchingNextPage}
            onMore={() => void list.fetchNextPage()}
            one="model"
            many="models"
          />
        </div>
      )}
    </Card>
  );
}
