import type { AnswerOf } from "../../api/types.ts";
import { cacheWords, isHit } from "../../lib/cache-words.ts";
import { formatDuration, formatNumber } from "../../lib/format.ts";
import type { Names } from "../../resources/names.ts";
import { Money } from "../../ui/amounts.tsx";
import { Badge } from "../../ui/badge.tsx";
import type { Column } from "../../ui/data-table.tsx";
import { Moment } from "./moment.tsx";
import { OutcomeBadge } from "./outcome.tsx";

export type LogRow = AnswerOf<"/v1/requests", "get">["data"][number];

const NOTHING = <span className="text-ink-3">–</span>;

/** The columns of the log. Those that answer fewer questions are there to be chosen. */
export function requestColumns(names: Names): readonly Column<LogRow>[] {
  const named = (resource: string, id: string | null) => (id === null ? NOTHING : names.label(resource, id));
  return [
    { id: "at", header: "Time", cell: ({ at }) => <Moment iso={at} /> },
    { id: "status", header: "Outcome", cell: ({ outcome, status }) => <OutcomeBadge {...{ outcome, status }} /> },
    { id: "model", header: "Model", cell: (row) => <ModelCell row={row} />, className: "max-w-72" },
    { id: "cost", header: "Cost", align: "end", cell: ({ cost_usd }) => <Money usd={cost_usd} /> },
    { id: "tokens", header: "Tokens in / out", align: "end", cell: (row) => <Tokens usage={row.usage} /> },
    { id: "latency", header: "Latency", align: "end", cell: ({ latency_ms }) => <Duration ms={latency_ms} /> },
    { id: "key", header: "Key", cell: ({ key_id }) => named("key", key_id), className: "max-w-40 truncate" },
    {
      id: "wallet",
      header: "Wallet",
      hidden: true,
      cell: ({ wallet_id }) => named("wallet", wallet_id),
      className: "max-w-40 truncate",
    },
    { id: "feature", header: "Feature", cell: ({ feature }) => feature ?? NOTHING },
    { id: "tags", header: "Tags", cell: ({ tags }) => <Tags tags={tags} /> },
    { id: "team", header: "Team", hidden: true, cell: ({ team_id }) => named("team", team_id) },
    { id: "cost_center", header: "Cost centre", hidden: true, cell: (row) => row.cost_center ?? NOTHING },
    { id: "subject", header: "Subject", hidden: true, cell: ({ subject }) => subject ?? NOTHING },
    { id: "country", header: "Country", hidden: true, cell: ({ country }) => country ?? NOTHING },
    { id: "error", header: "Error code", hidden: true, cell: ({ error_code }) => error_code ?? NOTHING },
    { id: "attempts", header: "Calls", hidden: true, align: "end", cell: ({ attempts }) => attempts },
    {
      id: "cache",
      header: "Cache",
      hidden: true,
      cell: ({ cache }) => (cache === null ? NOTHING : <Cached {...{ cache }} />),
    },
    { id: "saved", header: "Saved", hidden: true, align: "end", cell: ({ saved_usd }) => <Money usd={saved_usd} /> },
    { id: "stream", header: "Stream", hidden: true, cell: ({ stream }) => (stream ? "Yes" : "No") },
    { id: "rule", header: "Rule", hidden: true, cell: ({ routing }) => routing?.rule ?? NOTHING },
    { id: "id", header: "Request ID", hidden: true, cell: ({ id }) => <code className="font-mono text-xs">{id}</code> },
  ];
}

const Cached = ({ cache }: { readonly cache: string }) => {
  const { label, tone } = cacheWords(cache);
  return <Badge tone={tone}>{label}</Badge>;
};

/** The model that answered, and whether the cache did in its place; what was asked for, where that is another one. */
const ModelCell = ({ row: { model, routing, cache } }: { readonly row: LogRow }) => (
  <span className="flex min-w-0 items-baseline gap-1.5">
    <span className="truncate font-medium">{model}</span>
    {isHit(cache) ? <Badge tone="accent">cache</Badge> : null}
    {routing === null || routing.asked === model ? null : (
      <span className="min-w-0 truncate text-xs text-ink-3">asked: {routing.asked}</span>
    )}
  </span>
);

const Duration = ({ ms }: { readonly ms: number }) => (
  <span className="figure whitespace-nowrap">{formatDuration(ms)}</span>
);

/** Components that go in; the others come out. Pieces that are no tokens are neither. */
const PIECES = ["search", "image", "call"];
const isInput = (component: string): boolean => /input|cached/.test(component);

export function tokensOf(usage: Readonly<Record<string, number>>): { readonly input: number; readonly output: number } {
  let [input, output] = [0, 0];
  for (const [component, count] of Object.entries(usage)) {
    if (PIECES.includes(component)) continue;
    if (isInput(component)) input += count;
    else output += count;
  }
  return { input, output };
}

function Tokens({ usage }: { readonly usage: Readonly<Record<string, number>> }) {
  const { input, output } = tokensOf(usage);
  if (input + output === 0) return NOTHING;
  return (
    <span className="figure whitespace-nowrap">
      {formatNumber(input)} <span className="text-ink-3">/</span> {formatNumber(output)}
    </span>
  );
}

const Tags = ({ tags }: { readonly tags: Readonly<Record<string, string>> }) =>
  Object.keys(tags).length === 0
    ? NOTHING
    : Object.entries(tags)
        .map(([name, value]) => `${name}:${value}`)
        .join(", ");
