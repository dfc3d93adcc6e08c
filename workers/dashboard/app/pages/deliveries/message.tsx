import { rowOf, rowsIn, textIn, textOrNull, textsIn } from "../../lib/json.ts";
import { JsonView } from "../../ui/json-view.tsx";
import { ScrollTable } from "../../ui/scroll-table.tsx";

/** A message as its receiver reads it: title, lines and tables, and the data that a webhook gets. All of it as text. */
export function Message({ message }: { readonly message: unknown }) {
  const row = rowOf(message);
  const text = textOrNull(row, "text");
  const lines = text === null ? textsIn(row, "lines") : text.split("\n");
  return (
    <div className="flex flex-col gap-3 text-sm">
      <p className="font-medium wrap-anywhere">{textIn(row, "title")}</p>
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines of a text have no other name
        <p key={index} className="text-ink-2 wrap-anywhere">
          {line}
        </p>
      ))}
      {rowsIn(row, "tables").map((table) => (
        <Table key={textIn(table, "title")} table={table} />
      ))}
      <details>
        <summary className="cursor-pointer text-xs font-medium text-ink-3 hover:text-ink">As a webhook gets it</summary>
        <div className="mt-2">
          <JsonView value={message} />
        </div>
      </details>
    </div>
  );
}

function Table({ table }: { readonly table: Readonly<Record<string, unknown>> }) {
  const heads = textsIn(table, "columns");
  const rows = Array.isArray(table.rows) ? table.rows.filter(Array.isArray) : [];
  return (
    <ScrollTable label={textIn(table, "title")} seen>
      <thead>
        <tr className="border-b border-line text-left text-xs text-ink-3">
          {heads.map((head) => (
            <th key={head} scope="col" className="py-1 pr-3 font-medium">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((cells, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows of a message do not move
          <tr key={index} className="border-b border-line last:border-b-0">
            {cells.map((cell: unknown, place: number) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: as above
              <td key={place} className="figure py-1 pr-3">
                {String(cell)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  );
}
