import { ChartColumn } from "lucide-react";
import { useAccess } from "../../session/access.tsx";
import { Badge } from "../../ui/badge.tsx";
import { ButtonLink } from "../../ui/button.tsx";
import { Page } from "../../ui/page.tsx";
import { EmptyState, ErrorState } from "../../ui/states.tsx";
import { AttentionCard } from "./attention-card.tsx";
import { BurnersCard } from "./burners-card.tsx";
import { CUTS, type Cut, type Overview, useOverview } from "./overview.ts";
import { SpendCard } from "./spend-card.tsx";
import { TickerCard } from "./ticker-card.tsx";
import { Tiles } from "./tiles.tsx";
import { WalletsCard } from "./wallets-card.tsx";

const DEMO = (
  <>
    Made-up requests. To begin without them:{" "}
    <code className="font-mono text-xs">npm start -- --reset --no-demo-traffic</code>
  </>
);

/** How things stand: what was spent and on what, who is about to run out, what is odd, what happens now. */
export default function OverviewPage() {
  const access = useAccess();
  const query = useOverview();
  const overview = query.data;
  if (query.isError && overview === undefined) {
    return (
      <Page title="Overview">
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      </Page>
    );
  }
  return (
    <Page
      title="Overview"
      busy={overview === undefined}
      {...(access.demo ? { beside: <Badge tone="accent">Demo data</Badge>, description: DEMO } : {})}
    >
      {overview === undefined || !isNew(overview) ? null : <FirstSteps may={access.may("keys:write")} />}
      {overview === undefined || overview.unavailable.length === 0 ? null : (
        <p role="status" className="text-sm text-warn-ink">
          Not to be had right now: {overview.unavailable.join(", ").replaceAll("_", " ")}. It is asked for again in a
          minute.
        </p>
      )}
      <Tiles overview={overview} />
      {/* What is odd stands within the first screen, beside who is about to run out. */}
      <div className="grid items-stretch gap-4 xl:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <div className="flex min-w-0 flex-col gap-4">
          {overview === undefined || overview.spend !== undefined ? <SpendCard spend={overview?.spend} /> : null}
          <AttentionCard overview={overview} />
        </div>
        {overview === undefined || overview.wallets !== undefined ? <WalletsCard wallets={overview?.wallets} /> : null}
      </div>
      {overview !== undefined && overview.spend === undefined ? null : (
        <div className="grid items-stretch gap-4 lg:grid-cols-3">
          {(Object.keys(CUTS) as Cut[]).map((cut) => (
            <BurnersCard key={cut} cut={cut} spend={overview?.spend} />
          ))}
        </div>
      )}
      {access.may("wallets:read") ? <TickerCard /> : null}
    </Page>
  );
}

/** Nothing was ever asked here. */
const isNew = ({ spend, speed }: Overview): boolean =>
  (spend?.per_day.data.every(({ requests }) => requests === 0) ?? false) && (speed?.requests ?? 0) === 0;

const FirstSteps = ({ may }: { readonly may: boolean }) => (
  <EmptyState
    icon={ChartColumn}
    title="Nothing was asked here in the last 30 days"
    actions={
      may ? (
        <ButtonLink look="primary" to="/start">
          First steps
        </ButtonLink>
      ) : null
    }
  >
    <p>
      A wallet, a provider and a key are all it takes: the first request shows up below the moment it ends, with what it
      has cost.
    </p>
  </EmptyState>
);
