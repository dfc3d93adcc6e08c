import { useParams } from "@tanstack/react-router";
import { isHit } from "../../lib/cache-words.ts";
import { count, formatDuration, formatNumber } from "../../lib/format.ts";
import { useNames } from "../../resources/names.ts";
import { Money } from "../../ui/amounts.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Page } from "../../ui/page.tsx";
import { LinesSkeleton } from "../../ui/skeleton.tsx";
import { Stat } from "../../ui/stat.tsx";
import { ErrorState } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { tokensOf } from "../requests/columns.tsx";
import { OutcomeBadge } from "../requests/outcome.tsx";
import { CacheCard } from "./cache-card.tsx";
import { CallCard, CallerCard } from "./facts-card.tsx";
import { PriceCard } from "./price-card.tsx";
import { CRUMBS, MissingRequest, RefusedRequest } from "./refused-request.tsx";
import { TextsCard } from "./texts/texts-card.tsx";
import type { LoggedRequest } from "./timeline.ts";
import { TimelineCard } from "./timeline-card.tsx";
import { useRequest } from "./use-request.ts";
import { VerdictNotice } from "./verdict-notice.tsx";
import { WalletCard } from "./wallet-card.tsx";
import { WhyCard } from "./why-card.tsx";
import { verdictOf } from "./words.ts";

const NAMED = ["team", "wallet", "key", "routing_rule", "experiment"];

/** One request: what became of it, why it went where it went, and how its price came about. */
export default function RequestPage() {
  const { id = "" } = useParams({ strict: false });
  const read = useRequest(id);
  const names = useNames(NAMED);
  if (read.isError) {
    return (
      <Page title="Request" crumbs={CRUMBS}>
        <ErrorState error={read.error} onRetry={() => void read.refetch()} />
      </Page>
    );
  }
  if (read.isPending || names.loading) {
    return (
      <Page title="Request" crumbs={CRUMBS} busy>
        <LinesSkeleton lines={4} />
        <LinesSkeleton lines={8} />
      </Page>
    );
  }
  if (read.data.is === "missing") return <MissingRequest id={id} />;
  if (read.data.is === "refused") return <RefusedRequest refusal={read.data.refusal} names={names} />;
  const { request } = read.data;
  return (
    <Page
      title="Request"
      crumbs={CRUMBS}
      beside={<OutcomeBadge outcome={request.outcome} status={request.status} />}
      description={
        <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <code className="font-mono text-xs wrap-anywhere">{request.id}</code>
          <CopyButton text={request.id} label="Copy the request's ID" />
          <span aria-hidden="true">·</span>
          <Time iso={request.started_at} exact />
        </span>
      }
    >
      <VerdictNotice verdict={verdictOf(request)} code={request.error_code} />
      <Figures request={request} />
      <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,5fr)_minmax(0,4fr)]">
        <div className="flex min-w-0 flex-col gap-5">
          <TimelineCard request={request} />
          <WhyCard request={request} names={names} />
          <CallCard request={request} />
        </div>
        <div className="flex min-w-0 flex-col gap-5">
          <CacheCard request={request} />
          <PriceCard request={request} />
          <WalletCard request={request} names={names} />
          <CallerCard request={request} names={names} />
        </div>
        <div className="min-w-0 xl:col-span-2">
          <TextsCard key={request.id} request={request} />
        </div>
      </div>
    </Page>
  );
}

function Figures({ request }: { readonly request: LoggedRequest }) {
  const { input, output } = tokensOf(request.usage);
  const { first_byte_ms, latency_ms, cost_usd, attempts, model, cache, outcome } = request;
  return (
    <div className="grid grid-cols-2 gap-4 xl:grid-cols-4">
      <Stat
        label="Model"
        value={<span title={model}>{model}</span>}
        hint={isHit(cache) ? "from the cache" : count(attempts, "call", "calls")}
      />
      <Stat label="Cost" value={<Money usd={cost_usd} />} hint={request.estimated ? "by our own count" : "exact"} />
      <Stat
        label="Latency"
        value={formatDuration(latency_ms)}
        hint={
          first_byte_ms !== null
            ? `first byte after ${formatDuration(first_byte_ms)}`
            : outcome === "completed"
              ? "delivered whole"
              : "no byte of an answer"
        }
      />
      <Stat
        label="Tokens"
        value={formatNumber(input + output)}
        hint={`${formatNumber(input)} in, ${formatNumber(output)} out`}
      />
    </div>
  );
}
