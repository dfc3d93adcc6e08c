import { ChevronDown, ChevronRight } from "lucide-react";
import { type KeyboardEvent, useRef, useState } from "react";
import { cx } from "../../lib/class-names.ts";
import { textIn, textOrNull } from "../../lib/json.ts";
import { hrefTo } from "../../lib/paths.ts";
import { Money } from "../../ui/amounts.tsx";
import { Link, useNavigate } from "../../ui/link.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { Time } from "../../ui/time.tsx";
import { UtilisationBar } from "../../ui/utilisation-bar.tsx";
import type { Names } from "../names.ts";
import { ForecastLine } from "./forecast.tsx";
import { StandingBadge } from "./standing.tsx";
import { atLeastNothing, pressed, standingOf, type TreeRow } from "./tree.ts";

interface WalletTreeProps {
  readonly rows: readonly TreeRow[];
  /** Their figures are still asked for. */
  readonly loading: boolean;
  readonly names: Names;
  readonly onToggle: (id: string) => void;
}

const HEAD = "h-9 px-3 text-left text-xs font-medium whitespace-nowrap text-ink-3";
const CELL = "px-3 py-2 align-middle";

/** Wallets as a tree in a table: arrows move and open, Enter follows. One stop of the Tab key in all. */
export function WalletTree({ rows, loading, names, onToggle }: WalletTreeProps) {
  const navigate = useNavigate();
  const body = useRef<HTMLTableSectionElement>(null);
  const [focused, setFocused] = useState<string | null>(null);
  const stop = rows.some(({ node }) => node.id === focused) ? focused : (rows[0]?.node.id ?? null);

  const press = (event: KeyboardEvent<HTMLTableRowElement>, id: string): void => {
    if (event.target !== event.currentTarget || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Enter") navigate(hrefTo(["wallets", id]));
    const change = pressed(event.key, rows, id);
    if (change === null) return;
    event.preventDefault();
    if ("toggle" in change) {
      onToggle(change.toggle);
      return;
    }
    setFocused(change.focus);
    body.current?.querySelector<HTMLElement>(`[data-wallet="${CSS.escape(change.focus)}"]`)?.focus();
  };

  return (
    <div className="relative overflow-x-auto rounded-lg border border-line bg-surface">
      {/* biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a tree of rows and columns is a table with this role. */}
      <table role="treegrid" aria-label="Wallets" className="w-full text-sm">
        <thead className="border-b border-line bg-sunken/50">
          <tr>
            <th scope="col" className={HEAD}>
              Wallet
            </th>
            <th scope="col" className={cx(HEAD, "max-md:hidden")}>
              Used
            </th>
            <th scope="col" className={cx(HEAD, "text-right")}>
              Available
            </th>
            <th scope="col" className={cx(HEAD, "max-lg:hidden")}>
              Period
            </th>
            <th scope="col" className={cx(HEAD, "max-lg:hidden")}>
              Forecast
            </th>
          </tr>
        </thead>
        <tbody ref={body}>
          {rows.map((row) => (
            <tr
              key={row.node.id}
              data-wallet={row.node.id}
              aria-level={row.level}
              aria-posinset={row.position}
              aria-setsize={row.siblings}
              aria-expanded={row.node.children.length === 0 ? undefined : row.open}
              tabIndex={row.node.id === stop ? 0 : -1}
              onFocus={() => setFocused(row.node.id)}
              onKeyDown={(event) => press(event, row.node.id)}
              onClick={(event) => {
                if (event.target instanceof Element && event.target.closest("a, button") !== null) return;
                if (getSelection()?.isCollapsed !== false) navigate(hrefTo(["wallets", row.node.id]));
              }}
              className="cursor-pointer border-b border-line outline-none last:border-b-0 hover:bg-hover focus-visible:bg-hover focus-visible:shadow-[inset_2px_0_0_var(--color-accent-ink)]"
            >
              <NameCell row={row} names={names} loading={loading} onToggle={onToggle} />
              <td className={cx(CELL, "w-72 max-md:hidden")}>
                <Used row={row} loading={loading} />
              </td>
              <td className={cx(CELL, "text-right")}>
                <Available row={row} loading={loading} />
              </td>
              <td className={cx(CELL, "whitespace-nowrap max-lg:hidden")}>
                <Period row={row} />
              </td>
              <td className={cx(CELL, "whitespace-nowrap max-lg:hidden")}>
                {row.node.standing !== null ? (
                  <ForecastLine forecast={row.node.standing} />
                ) : loading ? (
                  <Skeleton className="h-3 w-24" />
                ) : (
                  <span className="text-ink-3">–</span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface CellProps {
  readonly row: TreeRow;
  readonly loading: boolean;
}

const INDENTS = ["pl-0", "pl-5", "pl-10", "pl-15", "pl-20", "pl-25"] as const;

function NameCell({
  row: { node, level, open },
  loading,
  names,
  onToggle,
}: CellProps & Pick<WalletTreeProps, "names" | "onToggle">) {
  const team = textOrNull(node.row, "team_id");
  const Icon = open ? ChevronDown : ChevronRight;
  return (
    <th scope="row" className={cx(CELL, "min-w-44 text-left font-normal")}>
      <div className={cx("flex items-center gap-1", INDENTS[Math.min(level, INDENTS.length) - 1])}>
        {node.children.length === 0 ? (
          <span className="size-6 shrink-0" />
        ) : (
          <button
            type="button"
            tabIndex={-1}
            aria-label={`${open ? "Collapse" : "Expand"} ${node.name}`}
            onClick={() => onToggle(node.id)}
            className="flex size-6 shrink-0 items-center justify-center rounded-sm text-ink-3 hover:bg-sunken hover:text-ink"
          >
            <Icon size={15} aria-hidden="true" />
          </button>
        )}
        <div className="flex min-w-0 flex-1 flex-col">
          <span className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-0.5">
            <Link
              to={hrefTo(["wallets", node.id])}
              tabIndex={-1}
              className="min-w-0 font-medium wrap-anywhere hover:underline"
            >
              {node.name}
            </Link>
            <StandingBadge standing={standingOf(node)} />
          </span>
          {team === null ? null : <span className="truncate text-xs text-ink-3">{names.label("team", team)}</span>}
          <div className="mt-1.5 md:hidden">
            <Used row={{ node, level, open } as TreeRow} loading={loading} />
          </div>
        </div>
      </div>
    </th>
  );
}

function Used({ row: { node }, loading }: CellProps) {
  const { standing } = node;
  if (standing === null) return loading ? <Skeleton className="h-2 w-full rounded-full" /> : null;
  const { spent_usd, budget_usd, held_usd, leased_usd } = standing;
  return (
    <div className="flex flex-col gap-1">
      <UtilisationBar
        name={node.name}
        spent={atLeastNothing(spent_usd)}
        held={held_usd}
        leased={leased_usd}
        limit={budget_usd}
      />
      <span className="text-xs text-ink-3">
        <Money usd={spent_usd} rounded />
        {budget_usd === null ? (
          " spent, no limit"
        ) : (
          <>
            {" of "}
            <Money usd={budget_usd} rounded />
          </>
        )}
      </span>
    </div>
  );
}

function Available({ row: { node }, loading }: CellProps) {
  if (node.standing === null) return loading ? <Skeleton className="ml-auto h-3 w-16" /> : <span>–</span>;
  const { available_usd } = node.standing;
  return available_usd === null ? (
    <span className="text-ink-3">No limit</span>
  ) : (
    <span className="font-medium">
      <Money usd={available_usd} rounded />
    </span>
  );
}

function Period({ row: { node } }: { readonly row: TreeRow }) {
  const period = textIn(node.row, "period");
  const [resets, ends] = [node.standing?.resets_at ?? null, textOrNull(node.row, "ends_at")];
  return (
    <div className="flex flex-col">
      <span>{PERIODS[period] ?? period}</span>
      <span className="text-xs text-ink-3">
        {ends !== null ? (
          <>
            ends <Time iso={ends} />
          </>
        ) : resets === null ? (
          "never resets"
        ) : (
          <>
            resets <Time iso={resets} />
          </>
        )}
      </span>
    </div>
  );
}

export const PERIODS: Readonly<Record<string, string>> = {
  none: "Once",
  hour: "Hourly",
  day: "Daily",
  week: "Weekly",
  month: "Monthly",
  quarter: "Quarterly",
};
