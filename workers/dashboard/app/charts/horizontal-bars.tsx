import type { ReactNode } from "react";
import { cx } from "../lib/class-names.ts";
import { Link } from "../ui/link.tsx";
import { EmptyChart } from "./empty-chart.tsx";

export interface HorizontalBar {
  readonly id: string;
  readonly name: ReactNode;
  /** How long it is. */
  readonly value: number;
  /** What it says: exact, with its unit. */
  readonly text: ReactNode;
  /** What it is made of. */
  readonly to?: string;
  /** All others together: greyed. */
  readonly others?: boolean;
}

/** The largest few of something, as a list: names, bars, values. Lists are read as they are, so it needs no table. */
export function HorizontalBars({ label, bars }: { readonly label: string; readonly bars: readonly HorizontalBar[] }) {
  const largest = Math.max(0, ...bars.map(({ value }) => value));
  if (bars.length === 0) return <EmptyChart height={120} />;
  return (
    <ol aria-label={label} className="flex flex-col gap-2.5">
      {bars.map(({ id, name, value, text, to, others }) => (
        <li key={id} className="flex flex-col gap-1">
          <div className="flex items-baseline justify-between gap-3 text-sm">
            <span className="min-w-0 truncate">
              {to === undefined ? (
                name
              ) : (
                <Link to={to} className="rounded-sm hover:underline">
                  {name}
                </Link>
              )}
            </span>
            <span className="figure shrink-0 font-medium">{text}</span>
          </div>
          <div aria-hidden="true" className="h-1.5 rounded-full bg-sunken">
            <div
              className={cx("h-full rounded-full", others === true ? "bg-chart-8" : "bg-chart-1")}
              style={{ width: `${largest === 0 ? 0 : Math.max(0.5, (Math.max(0, value) / largest) * 100)}%` }}
            />
          </div>
        </li>
      ))}
    </ol>
  );
}
