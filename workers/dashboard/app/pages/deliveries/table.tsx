import { capital } from "../../lib/format.ts";
import { hrefTo } from "../../lib/paths.ts";
import { type Names, useNames } from "../../resources/names.ts";
import { type Column, DataTable, type DataTableProps } from "../../ui/data-table.tsx";
import { Time } from "../../ui/time.tsx";
import { attemptsOf, type Delivery, DeliveryStatus, lastProblem, titleOf } from "./delivery.tsx";

/** Messages and what became of them. */
export function DeliveriesTable({
  rows,
  ...rest
}: { readonly rows: readonly Delivery[] } & Pick<DataTableProps<Delivery>, "toolbar" | "stale">) {
  const names = useNames(["channel"]);
  return (
    <DataTable
      label="Deliveries, newest first"
      columns={columnsOf(names)}
      rows={rows}
      rowId={({ id }) => id}
      rowTo={({ id }) => hrefTo(["deliveries", id])}
      {...rest}
    />
  );
}

const columnsOf = (names: Names): readonly Column<Delivery>[] => [
  {
    id: "message",
    header: "Message",
    cell: (delivery) => <span className="block max-w-md truncate">{titleOf(delivery)}</span>,
  },
  { id: "status", header: "Status", cell: ({ status }) => <DeliveryStatus status={status} /> },
  {
    id: "to",
    header: "To",
    cell: ({ channel_id, recipient }) => (
      <span className="block max-w-64 truncate">
        {names.label("channel", channel_id)}
        {recipient === "" ? null : <span className="text-ink-3"> {recipient}</span>}
      </span>
    ),
  },
  {
    id: "tries",
    header: "Tries",
    align: "end",
    cell: (row) => <span className="figure">{attemptsOf(row).length}</span>,
  },
  {
    id: "problem",
    header: "What was wrong",
    cell: (row) => {
      const problem = lastProblem(row);
      return problem === null ? (
        <span className="text-ink-3">–</span>
      ) : (
        <span className="block max-w-72 truncate" title={problem}>
          {capital(problem)}
        </span>
      );
    },
  },
  { id: "created_at", header: "Made", align: "end", cell: ({ created_at }) => <Time iso={created_at} /> },
];
