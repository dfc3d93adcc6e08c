import type { ReactNode } from "react";
import { cx } from "../lib/class-names.ts";

export interface CardProps {
  readonly title?: ReactNode;
  readonly description?: ReactNode;
  /** At the right of the title. */
  readonly actions?: ReactNode;
  /** Content up to the edges, as a table has it. */
  readonly flush?: boolean;
  readonly className?: string;
  readonly children: ReactNode;
}

/** A part of a page with a border of its own. */
export function Card({ title, description, actions, flush = false, className, children }: CardProps) {
  return (
    <section className={cx("flex min-w-0 flex-col rounded-lg border border-line bg-surface", className)}>
      {title === undefined && actions === undefined ? null : (
        <div className={cx("flex flex-wrap items-start justify-between gap-x-4 gap-y-2 px-4 pt-3", flush && "pb-3")}>
          <div className="min-w-0">
            <h2 className="text-base font-semibold text-ink">{title}</h2>
            {description === undefined ? null : <p className="text-xs text-ink-3">{description}</p>}
          </div>
          {actions === undefined ? null : <div className="flex flex-wrap items-center gap-2">{actions}</div>}
        </div>
      )}
      <div className={flush ? "min-w-0" : "min-w-0 p-4"}>{children}</div>
    </section>
  );
}
