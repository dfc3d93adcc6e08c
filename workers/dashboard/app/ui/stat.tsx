import { ArrowDownRight, ArrowUpRight } from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "../lib/class-names.ts";
import { formatPercent } from "../lib/format.ts";
import { Link } from "./link.tsx";
import { Skeleton } from "./skeleton.tsx";

export interface StatProps {
  readonly label: string;
  readonly value: ReactNode;
  /** The change as a share: 0.12 is 12 % more than before. */
  readonly delta?: number | null;
  /** What it is compared with: "vs. previous 30 days". */
  readonly versus?: string;
  /** Whether more is good, bad or neither; it gives the change its colour. */
  readonly moreIs?: "good" | "bad" | "neutral";
  readonly sparkline?: ReactNode;
  readonly hint?: ReactNode;
  /** Where the number comes from. */
  readonly to?: string;
  readonly loading?: boolean;
}

/** One number that matters. */
export function Stat({
  label,
  value,
  delta,
  versus,
  moreIs = "neutral",
  sparkline,
  hint,
  to,
  loading = false,
}: StatProps) {
  return (
    <div className="relative flex min-w-0 flex-col gap-1 rounded-lg border border-line bg-surface px-4 py-3">
      <div className="text-xs font-medium text-ink-3">
        {to === undefined ? (
          label
        ) : (
          <Link to={to} className="after:absolute after:inset-0 after:rounded-lg hover:text-ink hover:underline">
            {label}
          </Link>
        )}
      </div>
      <div className="flex items-end justify-between gap-3">
        {/* The number is never cut: where there is not room for both, the line gives way. */}
        <div className="figure min-w-0 text-base font-semibold tracking-tight wrap-anywhere sm:text-xl">
          {loading ? <Skeleton className="my-1 h-5 w-24" /> : value}
        </div>
        {sparkline === undefined ? null : <div className="min-w-0 overflow-hidden max-sm:hidden">{sparkline}</div>}
      </div>
      <div className="flex min-h-4 flex-wrap items-center gap-x-1.5 text-xs text-ink-3">
        {loading ? <Skeleton className="h-3 w-32" /> : <Delta delta={delta} moreIs={moreIs} />}
        {loading || delta === undefined || delta === null ? null : <span>{versus}</span>}
        {loading ? null : hint}
      </div>
    </div>
  );
}

/** A change with its direction, in words for those who do not see the arrow. */
export function Delta({ delta, moreIs = "neutral" }: Pick<StatProps, "delta" | "moreIs">) {
  if (delta === undefined || delta === null) return null;
  const Icon = delta < 0 ? ArrowDownRight : ArrowUpRight;
  const good = moreIs === "neutral" || delta === 0 ? null : delta > 0 === (moreIs === "good");
  return (
    <span
      className={cx(
        "figure inline-flex items-center gap-0.5 font-medium",
        good === null ? "text-ink-2" : good ? "text-good-ink" : "text-bad-ink",
      )}
    >
      {delta === 0 ? null : <Icon size={13} aria-hidden="true" />}
      <span className="sr-only">{delta < 0 ? "down " : delta > 0 ? "up " : ""}</span>
      {Math.abs(delta) >= 10 ? ">999 %" : formatPercent(Math.abs(delta))}
    </span>
  );
}
