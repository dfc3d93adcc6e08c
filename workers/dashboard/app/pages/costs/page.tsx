import { ChartColumn } from "lucide-react";
import { useCosts } from "../../api/costs.ts";
import { useNames } from "../../resources/names.ts";
import { useAccess } from "../../session/access.tsx";
import { Card } from "../../ui/card.tsx";
import { Page } from "../../ui/page.tsx";
import { TableSkeleton } from "../../ui/skeleton.tsx";
import { EmptyState, ErrorState } from "../../ui/states.tsx";
import { Tabs } from "../../ui/tabs.tsx";
import { CostChart, SERIES_MAX } from "./chart.tsx";
import { CostFigures } from "./figures.tsx";
import { LatencyTab } from "./latency.tsx";
import { requestsHref } from "./requests-href.ts";
import { bodyOf, type CostState, MEASURES, useCostState } from "./state.ts";
import { CostTable } from "./table.tsx";
import { CostActions, CostToolbar, WITH_NAMES, WithoutFilters } from "./toolbar.tsx";

/** What was spent, by anything that is known of a request. The address holds what is shown. */
export default function CostsPage() {
  const state = useCostState();
  const { url } = state;
  const latency = url.get("tab") === "latency";
  return (
    <Page title="Cost explorer" actions={latency ? null : <CostActions state={state} />}>
      <Tabs
        label="What is looked at"
        value={latency ? "latency" : "costs"}
        onChange={(tab) => url.set({ tab: tab === "costs" ? null : tab })}
        tabs={[
          { value: "costs", label: "Costs", content: latency ? null : <Costs state={state} /> },
          { value: "latency", label: "Latency", content: latency ? <LatencyTab state={state} /> : null },
        ]}
      />
    </Page>
  );
}

function Costs({ state }: { readonly state: CostState }) {
  const access = useAccess();
  const names = useNames(WITH_NAMES);
  const body = bodyOf(state);
  const groups = useCosts(body, { keepPrevious: true });
  const { by, granularity } = state;
  const run = useCosts(
    {
      ...body,
      compare: undefined,
      group_by: by === null ? [] : [by],
      granularity,
      ...(by === null ? {} : { top: SERIES_MAX }),
    },
    { keepPrevious: true },
  );
  const failed = [groups, run].find(({ isError }) => isError);
  const filtered = Object.keys(state.filter);
  const log = access.may("requests:read");
  const nothing =
    groups.data?.data.every(({ requests, cost_nano_usd }) => requests === 0 && cost_nano_usd === "0") ?? false;
  return (
    <div className="flex flex-col gap-4" aria-busy={groups.isPending}>
      <CostToolbar state={state} names={names} />
      {failed !== undefined ? (
        <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />
      ) : nothing ? (
        <EmptyState icon={ChartColumn} title="Nothing was spent here" actions={<WithoutFilters state={state} />}>
          <p>
            {filtered.length === 0
              ? "No request ended in this time. Choose a longer range."
              : `No request in ${access.org.name} fits these filters in this time.`}
          </p>
        </EmptyState>
      ) : (
        <>
          <CostFigures costs={groups.data} requests={log ? requestsHref(state.range, state.filter) : null} />
          <Card title={`${MEASURES[state.measure]} over time`}>
            <CostChart state={state} costs={run.data} />
          </Card>
          {groups.data === undefined ? (
            <TableSkeleton />
          ) : (
            <CostTable state={state} costs={groups.data} stale={groups.isPlaceholderData} log={log} />
          )}
        </>
      )}
    </div>
  );
}
