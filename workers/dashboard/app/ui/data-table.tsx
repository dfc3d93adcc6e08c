import {
  columnVisibilityFeature,
  createSortedRowModel,
  rowSortingFeature,
  type SortingState,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import { type MouseEvent, type ReactNode, useMemo, useRef, useState } from "react";
import { cx } from "../lib/class-names.ts";
import { remember, remembered } from "../lib/storage.ts";
import { ColumnChoice } from "./column-choice.tsx";
import { Link, useNavigate } from "./link.tsx";

export interface Column<Row> {
  readonly id: string;
  readonly header: string;
  readonly cell: (row: Row) => ReactNode;
  /** Numbers stand at the right, so that their digits stand below each other. */
  readonly align?: "start" | "end";
  /** Sorted by this here; with `sort` of the table the server sorts, and `true` says that it can. */
  readonly sortBy?: ((row: Row) => string | number | bigint | null) | true;
  /** Not shown until somebody chooses it. */
  readonly hidden?: boolean;
  readonly className?: string;
}

export interface DataTableProps<Row> {
  /** What the table is of, for those who hear it. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowId: (row: Row) => string;
  /** The page of a row: its first cell is the link, and a click anywhere in the row follows it. */
  readonly rowTo?: (row: Row) => string;
  /** Instead of `rowTo`, for rows that open beside the table. */
  readonly onRow?: (row: Row) => void;
  /** Sorted by the server: `name` or `-name`, as its parameter is. */
  readonly sort?: { readonly value: string | null; readonly onChange: (sort: string) => void };
  /** Lets columns be chosen, and remembers it under this name. */
  readonly choiceKey?: string;
  /** Above the table, at the left of the choice of columns. */
  readonly toolbar?: ReactNode;
  /** Rows are of the last question while the next is asked. */
  readonly stale?: boolean;
}

const features = tableFeatures({ rowSortingFeature, columnVisibilityFeature, sortedRowModel: createSortedRowModel() });
/** Fewer are all in the page, so that the browser's own search finds them. */
const VIRTUAL_FROM = 150;
const ROW_PX = 41;

export function DataTable<Row extends object>(props: DataTableProps<Row>) {
  const { label, columns, rows, rowId, rowTo, onRow, sort, choiceKey, toolbar, stale = false } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const navigate = useNavigate();
  const [localSort, setLocalSort] = useState<SortingState>([]);
  const [hidden, setHidden] = useState<readonly string[]>(() => hiddenColumns(columns, choiceKey));
  const sorting = sort === undefined ? localSort : sortingOf(sort.value);

  const definitions = useMemo(
    () =>
      columns.map(({ id, header, sortBy }) => ({
        id,
        header,
        accessorFn: (row: Row) => (typeof sortBy === "function" ? sortBy(row) : null),
        enableSorting: sortBy !== undefined,
        sortFn: (a: { getValue(id: string): unknown }, b: { getValue(id: string): unknown }) =>
          compare(a.getValue(id), b.getValue(id)),
      })),
    [columns],
  );
  const table = useTable({
    features,
    columns: definitions,
    data: rows as Row[],
    getRowId: rowId,
    manualSorting: sort !== undefined,
    state: { sorting, columnVisibility: Object.fromEntries(hidden.map((id) => [id, false])) },
    onSortingChange: (change) => setLocalSort(typeof change === "function" ? change(localSort) : change),
  });
  const shown = columns.filter(({ id }) => !hidden.includes(id));
  const all = table.getRowModel().rows;
  const virtual = useVirtualizer({
    count: all.length,
    enabled: all.length > VIRTUAL_FROM,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  });
  const isVirtual = all.length > VIRTUAL_FROM;
  const items = virtual.getVirtualItems();
  const above = isVirtual ? (items[0]?.start ?? 0) : 0;
  const below = isVirtual ? virtual.getTotalSize() - (items.at(-1)?.end ?? 0) : 0;
  const visible = isVirtual ? items.flatMap(({ index }) => all[index] ?? []) : all;

  const sortBy = (id: string): void => {
    const [now] = sorting;
    const descending = now?.id === id && !now.desc;
    if (sort === undefined) setLocalSort([{ id, desc: descending }]);
    else sort.onChange(descending ? `-${id}` : id);
  };
  const open = (event: MouseEvent<HTMLElement>, row: Row): void => {
    // Links and buttons in a row do what they say, and text may be selected.
    if (event.target instanceof Element && event.target.closest("a, button, input, label, summary") !== null) return;
    if (getSelection()?.isCollapsed === false) return;
    if (rowTo !== undefined) navigate(rowTo(row));
    else onRow?.(row);
  };
  const opens = rowTo !== undefined || onRow !== undefined;

  return (
    <div className="flex min-w-0 flex-col gap-3">
      {toolbar === undefined && choiceKey === undefined ? null : (
        <div className="flex flex-wrap items-center justify-between gap-2">
          <div className="min-w-0">{toolbar}</div>
          {choiceKey === undefined ? null : (
            <ColumnChoice
              columns={columns.slice(1)}
              hidden={hidden}
              onChange={(next) => {
                setHidden(next);
                remember(`ao-columns-${choiceKey}`, JSON.stringify(next));
              }}
            />
          )}
        </div>
      )}
      <section
        ref={scroller}
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no pointer scrolls it by its focus
        tabIndex={0}
        className={cx(
          "min-w-0 overflow-auto rounded-lg border border-line bg-surface transition-opacity md:max-h-[max(24rem,calc(100dvh-13rem))]",
          stale && "opacity-60",
        )}
      >
        <table
          aria-rowcount={isVirtual ? all.length + 1 : undefined}
          className="rows-as-cards w-full border-collapse text-sm"
        >
          <caption className="sr-only">{label}</caption>
          <thead className="sticky top-0 z-10 bg-surface">
            <tr>
              {shown.map((column) => (
                <HeadCell key={column.id} column={column} sorting={sorting} onSort={sortBy} />
              ))}
            </tr>
          </thead>
          <tbody>
            <Gap height={above} columns={shown.length} />
            {visible.map((row) => (
              <tr
                key={row.id}
                aria-rowindex={isVirtual ? row.index + 2 : undefined}
                onClick={(event) => open(event, row.original)}
                className={cx("border-b border-line last:border-b-0", opens && "cursor-pointer hover:bg-hover")}
              >
                {shown.map((column, index) => (
                  <BodyCell key={column.id} column={column} first={index === 0}>
                    {index === 0 && opens ? (
                      <Opener {...props} row={row.original} column={column} />
                    ) : (
                      column.cell(row.original)
                    )}
                  </BodyCell>
                ))}
              </tr>
            ))}
            <Gap height={below} columns={shown.length} />
          </tbody>
        </table>
      </section>
    </div>
  );
}

/** What opens a row by the keyboard: its first cell. */
function Opener<Row extends object>({
  row,
  column,
  rowTo,
  onRow,
}: DataTableProps<Row> & { readonly row: Row; readonly column: Column<Row> }) {
  const className = "rounded-sm text-left font-medium text-ink hover:underline";
  if (rowTo !== undefined)
    return (
      <Link to={rowTo(row)} className={className}>
        {column.cell(row)}
      </Link>
    );
  return (
    <button type="button" onClick={() => onRow?.(row)} className={className}>
      {column.cell(row)}
    </button>
  );
}

function HeadCell<Row>({
  column,
  sorting,
  onSort,
}: {
  readonly column: Column<Row>;
  readonly sorting: SortingState;
  readonly onSort: (id: string) => void;
}) {
  const { id, header, align, sortBy } = column;
  const [by] = sorting;
  const sorted = by?.id === id ? (by.desc ? "descending" : "ascending") : undefined;
  const Arrow = sorted === "descending" ? ArrowDown : ArrowUp;
  return (
    <th
      scope="col"
      aria-sort={sorted}
      className={cx(
        "h-9 border-b border-line px-3 text-xs font-medium whitespace-nowrap text-ink-3 first:pl-4 last:pr-4",
        align === "end" ? "text-right" : "text-left",
      )}
    >
      {sortBy === undefined ? (
        header
      ) : (
        <button
          type="button"
          onClick={() => onSort(id)}
          className={cx(
            "inline-flex items-center gap-1 rounded-sm hover:text-ink",
            align === "end" && "flex-row-reverse",
            sorted && "text-ink",
          )}
        >
          {header}
          <Arrow size={12} aria-hidden="true" className={sorted === undefined ? "opacity-0" : undefined} />
        </button>
      )}
    </th>
  );
}

function BodyCell<Row>({
  column,
  first,
  children,
}: {
  readonly column: Column<Row>;
  readonly first: boolean;
  readonly children: ReactNode;
}) {
  const className = cx(
    "h-10 px-3 py-2 font-normal first:pl-4 last:pr-4",
    column.align === "end" ? "text-right" : "text-left",
    column.className ?? "max-w-80 truncate",
  );
  return first ? (
    <th scope="row" className={className}>
      {children}
    </th>
  ) : (
    <td data-label={column.header} className={className}>
      {children}
    </td>
  );
}

/** The rows that are not in the page, as room. */
const Gap = ({ height, columns }: { readonly height: number; readonly columns: number }) =>
  height <= 0 ? null : (
    <tr>
      <td colSpan={columns} style={{ height, padding: 0 }} />
    </tr>
  );

const sortingOf = (sort: string | null): SortingState =>
  sort === null ? [] : [{ id: sort.replace(/^-/, ""), desc: sort.startsWith("-") }];

/** Nothing comes last among what is compared. */
function compare(a: unknown, b: unknown): number {
  if (a === b) return 0;
  if (a === null || a === undefined) return 1;
  if (b === null || b === undefined) return -1;
  if (typeof a === "string" && typeof b === "string") return a.localeCompare(b, "en", { numeric: true });
  return a < b ? -1 : 1;
}

function hiddenColumns<Row>(columns: readonly Column<Row>[], key: string | undefined): readonly string[] {
  const usual = columns.filter(({ hidden }) => hidden === true).map(({ id }) => id);
  const text = key === undefined ? null : remembered(`ao-columns-${key}`);
  if (text === null) return usual;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.filter((item) => typeof item === "string") : usual;
  } catch {
    return usual;
  }
}
