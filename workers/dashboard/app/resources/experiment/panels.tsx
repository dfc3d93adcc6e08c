import { useApiQuery } from "../../api/hooks.ts";
import { IntervalPlot } from "../../charts/interval-plot.tsx";
import { rowsIn, textIn } from "../../lib/json.ts";
import { Badge, StatusBadge } from "../../ui/badge.tsx";
import { Card } from "../../ui/card.tsx";
import { Notice } from "../../ui/problem.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { EmptyState, ErrorState } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import type { Subject } from "../extras.tsx";
import { METRICS, type Results, verdictOf } from "./results.ts";
import { ComparisonTable, GuardrailTable, VariantTable } from "./tables.tsx";

const REFRESH_MS = 15_000;

/** How an experiment is, and what is known of its variants. */
export default function ExperimentPanels({ subject: { row, id } }: { readonly subject: Subject }) {
  const running = row.status === "running" || row.status === "promoted";
  const results = useApiQuery(
    "/v1/experiments/{id}/results",
    { path: { id } },
    { refetchInterval: running ? REFRESH_MS : false },
  );
  return (
    <>
      <div className="flex flex-wrap items-center gap-2 text-sm text-ink-2">
        <StatusBadge status={textIn(row, "status")} />
        {typeof row.started_at === "string" ? (
          <span>
            Run {String(row.run)}, begun <Time iso={row.started_at} />
          </span>
        ) : null}
        {typeof row.promoted_variant === "string" ? <Badge tone="good">All get {row.promoted_variant}</Badge> : null}
      </div>
      {rowsIn(row, "stopped_variants").map((one) => (
        <Notice key={textIn(one, "variant")} tone="warn">
          The variant “{textIn(one, "variant")}” was stopped: {textIn(one, "reason")} The control serves its share.
        </Notice>
      ))}
      {results.isError ? (
        <ErrorState error={results.error} onRetry={() => void results.refetch()} />
      ) : results.isPending ? (
        <Skeleton className="h-96 rounded-lg" />
      ) : (
        <Figures results={results.data} />
      )}
    </>
  );
}

function Figures({ results }: { readonly results: Results }) {
  const { variants, status } = results;
  const seen = variants.reduce((sum, { requests }) => sum + requests, 0);
  if (seen === 0) {
    return (
      <EmptyState title={status === "running" ? "No request has taken part yet" : "There are no figures yet"}>
        <p>
          {status === "running"
            ? "Figures come some seconds after an answer. The tester on the page Routing says why a request takes no part."
            : "Start it, and send requests that its conditions hold for."}
        </p>
      </EmptyState>
    );
  }
  return (
    <>
      <Notice>
        <p className="font-medium">{verdictOf(results)}</p>
        <p>Bars are 95 % intervals of each variant. What is proven goes by tests that hold however often one looks.</p>
      </Notice>
      <div className="grid gap-5 lg:grid-cols-2">
        {METRICS.map(({ name, title, more, show }) => {
          const known = variants.filter((variant) => variant[name] !== null);
          if (known.length === 0) return null;
          return (
            <Card
              key={name}
              title={title}
              description={more}
              actions={results.metric === name ? <Badge tone="accent">Decides</Badge> : undefined}
            >
              <IntervalPlot
                summary={`${title} of each variant, ${more}`}
                format={show}
                intervals={variants.map((variant) => ({
                  id: variant.variant,
                  name: variant.variant,
                  estimate: variant[name]?.mean ?? null,
                  low: variant[name]?.low ?? null,
                  high: variant[name]?.high ?? null,
                }))}
              />
            </Card>
          );
        })}
      </div>
      <VariantTable variants={variants} />
      <ComparisonTable comparisons={results.comparisons} />
      {results.guardrails.length === 0 ? null : <GuardrailTable guardrails={results.guardrails} />}
    </>
  );
}
