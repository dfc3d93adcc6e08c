import { useParams } from "@tanstack/react-router";
import { useApiQuery } from "../../api/hooks.ts";
import { download } from "../../api/send.ts";
import { costsHref } from "../../lib/cost-query.ts";
import { useNames } from "../../resources/names.ts";
import { Card } from "../../ui/card.tsx";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { ExportButton } from "../../ui/export-button.tsx";
import { Facts } from "../../ui/facts.tsx";
import { Link } from "../../ui/link.tsx";
import { Page } from "../../ui/page.tsx";
import { Time } from "../../ui/time.tsx";
import { UnreadPage } from "../../ui/unread-page.tsx";
import { type BillDetail, type Compared, Drift, daysOf, Finding, Side, Verdict } from "./bill.tsx";

const CRUMBS = [{ text: "Bills", to: "/bills" }];

/** One bill beside our count. */
export default function BillPage() {
  const { id = "" } = useParams({ strict: false }) as { readonly id?: string };
  const names = useNames(["provider"]);
  const query = useApiQuery("/v1/reconciliations/{id}", { path: { id } });
  const bill = query.data;
  if (query.isError || bill === undefined) return <UnreadPage title="Bill" crumbs={CRUMBS} query={query} />;
  const save = (): Promise<void> => download(`/v1/reconciliations/${encodeURIComponent(id)}`, { format: "csv" });
  return (
    <Page
      title={`${names.label("provider", bill.provider_id)}, ${daysOf(bill)}`}
      crumbs={CRUMBS}
      beside={<Verdict alarm={bill.alarm} />}
      actions={<ExportButton save={save} />}
    >
      <Card title="Result">
        <Facts
          facts={[
            ["Our count against theirs", <Drift key="drift" percent={bill.drift_percent} alarm={bill.alarm} />],
            ["Alarm above", `${bill.threshold_percent} %`],
            ["Further apart than allowed", bill.alarm_models.map((name) => name || "all models").join(", ") || "None"],
            ["Read as", bill.format.replaceAll("_", " ")],
            ["Compared", <Time key="time" iso={bill.compared_at} exact />],
          ]}
        />
      </Card>
      <section className="flex flex-col gap-2.5">
        <h2 className="text-base font-semibold">By model</h2>
        <DataTable
          label="Both counts by model"
          columns={MODEL_COLUMNS(bill)}
          rows={bill.models}
          rowId={({ model }) => model}
        />
      </section>
      <section className="flex flex-col gap-2.5">
        <h2 className="text-base font-semibold">By day</h2>
        <DataTable
          label="Both counts by day and model"
          columns={DAY_COLUMNS}
          rows={bill.days}
          rowId={({ day, model }) => `${day}\n${model}`}
        />
      </section>
    </Page>
  );
}

const modelName = ({ model }: Pick<Compared, "model">): string => model || "All models";

const counts = <Row extends Omit<Compared, "model">>(): readonly Column<Row>[] => [
  { id: "theirs", header: "Billed", align: "end", cell: ({ theirs }) => <Side side={theirs} /> },
  { id: "ours", header: "Counted here", align: "end", cell: ({ ours }) => <Side side={ours} /> },
  { id: "drift", header: "Drift", align: "end", cell: ({ drift_percent }) => <Drift percent={drift_percent} /> },
  { id: "finding", header: "Finding", cell: ({ finding }) => <Finding finding={finding} /> },
];

const MODEL_COLUMNS = ({ provider_id, first_day, last_day }: BillDetail): readonly Column<Compared>[] => [
  {
    id: "model",
    header: "Model",
    cell: (row) => (
      <Link
        to={costsHref({
          by: "model",
          from: `${first_day}T00:00:00Z`,
          to: new Date(Date.parse(`${last_day}T00:00:00Z`) + 86_400_000).toISOString(),
          filter: { provider: provider_id },
        })}
        className="rounded-sm hover:underline"
      >
        {modelName(row)}
      </Link>
    ),
  },
  ...counts<Compared>(),
];

const DAY_COLUMNS: readonly Column<BillDetail["days"][number]>[] = [
  { id: "day", header: "Day", sortBy: ({ day }) => day, cell: ({ day }) => day },
  { id: "model", header: "Model", sortBy: modelName, cell: modelName },
  ...counts<BillDetail["days"][number]>(),
];
