import type { ReactNode } from "react";
import { formatDuration, formatNumber, label } from "../../lib/format.ts";
import { Money } from "../../ui/amounts.tsx";
import { Badge } from "../../ui/badge.tsx";
import { Card } from "../../ui/card.tsx";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { type Comparison, liftText, METRICS, pText, type Results, type VariantResult } from "./results.ts";

const Section = ({
  title,
  hint,
  children,
}: {
  readonly title: string;
  readonly hint: string;
  readonly children: ReactNode;
}) => (
  <Card title={title} description={hint} flush>
    <div className="px-4 pb-4">{children}</div>
  </Card>
);

const number = (id: keyof VariantResult, header: string): Column<VariantResult> => ({
  id,
  header,
  align: "end",
  cell: (row) => <span className="figure">{formatNumber(Number(row[id]))}</span>,
});

const VARIANTS: readonly Column<VariantResult>[] = [
  {
    id: "variant",
    header: "Variant",
    cell: ({ variant, control, stopped }) => (
      <span className="inline-flex items-center gap-1.5">
        {variant}
        {control ? <Badge>control</Badge> : null}
        {stopped ? <Badge tone="warn">stopped</Badge> : null}
      </span>
    ),
  },
  { id: "percent", header: "Share", align: "end", cell: (row) => <span className="figure">{row.percent} %</span> },
  number("requests", "Compared"),
  number("errors", "Errors"),
  number("cancelled", "Left early"),
  {
    id: "p95",
    header: "p95",
    align: "end",
    cell: ({ p95_latency_ms: ms }) => <span className="figure">{ms === null ? "–" : formatDuration(ms)}</span>,
  },
  { id: "cost", header: "Cost", align: "end", cell: ({ cost_usd }) => <Money usd={cost_usd} /> },
  number("failed_over", "Failed over"),
  number("cached", "From cache"),
  number("moved", "Moved"),
];

/** Who got what: requests that are compared, and those that are counted apart. */
export const VariantTable = ({ variants }: { readonly variants: readonly VariantResult[] }) => (
  <Section
    title="Requests of each variant"
    hint="Failed over, from cache and moved are counted apart, and are in nothing else."
  >
    <DataTable label="Requests of each variant" columns={VARIANTS} rows={variants} rowId={({ variant }) => variant} />
  </Section>
);

const COMPARISONS: readonly Column<Comparison>[] = [
  { id: "variant", header: "Variant", cell: ({ variant }) => variant },
  { id: "metric", header: "Metric", cell: ({ metric }) => label(metric) },
  {
    id: "difference",
    header: "Difference",
    align: "end",
    cell: (one) => <span className="figure">{liftText(one)}</span>,
  },
  {
    id: "always",
    header: "p, always valid",
    align: "end",
    cell: ({ always_valid }) => <span className="figure">{pText(always_valid.p_value)}</span>,
  },
  {
    id: "fixed",
    header: "p, one look",
    align: "end",
    cell: ({ fixed }) => <span className="figure">{pText(fixed.p_value)}</span>,
  },
  {
    id: "proven",
    header: "Proven",
    cell: ({ significant, better }) =>
      significant ? (
        <Badge tone={better ? "good" : "bad"}>{better ? "Better" : "Worse"}</Badge>
      ) : (
        <Badge>Not yet</Badge>
      ),
  },
];

export const ComparisonTable = ({ comparisons }: { readonly comparisons: readonly Comparison[] }) => (
  <Section
    title="Variants against the control"
    hint="The always valid test may be looked at at any time; the other holds for one look at a number of requests that was decided before."
  >
    <DataTable
      label="Variants against the control"
      columns={COMPARISONS}
      rows={comparisons}
      rowId={({ variant, metric }) => `${variant}:${metric}`}
    />
  </Section>
);

type Guardrail = Results["guardrails"][number];

const METRIC_OF: Readonly<Record<string, string>> = {
  error_rate: "success_rate",
  p95_latency: "latency",
  cost_per_request: "cost",
};

function valueText(metric: string, value: number | null): string {
  if (value === null) return "–";
  return METRICS.find(({ name }) => name === METRIC_OF[metric])?.show(value) ?? String(value);
}

const GUARDRAILS: readonly Column<Guardrail>[] = [
  { id: "variant", header: "Variant", cell: ({ variant }) => variant },
  { id: "metric", header: "Guardrail", cell: ({ metric }) => label(metric) },
  {
    id: "value",
    header: "Is",
    align: "end",
    cell: ({ metric, value }) => <span className="figure">{valueText(metric, value)}</span>,
  },
  {
    id: "limit",
    header: "At most",
    align: "end",
    cell: ({ metric, limit }) => <span className="figure">{valueText(metric, limit)}</span>,
  },
  { id: "p", header: "p", align: "end", cell: ({ p_value }) => <span className="figure">{pText(p_value)}</span> },
];

export const GuardrailTable = ({ guardrails }: { readonly guardrails: readonly Guardrail[] }) => (
  <Section
    title="Guardrails"
    hint="A variant that is proven to break one is stopped, and the control serves its share."
  >
    <DataTable
      label="Guardrails"
      columns={GUARDRAILS}
      rows={guardrails}
      rowId={({ variant, metric }) => `${variant}:${metric}`}
    />
  </Section>
);
