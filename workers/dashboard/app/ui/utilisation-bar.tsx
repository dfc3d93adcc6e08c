import { formatUsd, nanoOf, ratio, sumUsd } from "../lib/amounts.ts";
import { cx } from "../lib/class-names.ts";
import { formatPercent } from "../lib/format.ts";

export interface UtilisationBarProps {
  /** Decimal US dollars, each. */
  readonly spent: string;
  /** Reserved for requests under way. */
  readonly held?: string;
  /** Lent to wallets below. */
  readonly leased?: string;
  /** Null is no limit. */
  readonly limit: string | null;
  /** Names and amounts below the bar. */
  readonly legend?: boolean;
  readonly name: string;
}

const PARTS = [
  { key: "spent", label: "Spent", className: "bg-accent" },
  { key: "held", label: "Held", className: "bg-chart-3" },
  { key: "leased", label: "Leased", className: "bg-chart-2" },
] as const;

/** How much of a limit is used, and by what. In words, too. */
export function UtilisationBar({ spent, held = "0", leased = "0", limit, legend = false, name }: UtilisationBarProps) {
  const amounts = { spent, held, leased };
  const used = sumUsd([spent, held, leased]);
  const over = limit !== null && (nanoOf(used) ?? 0n) > (nanoOf(limit) ?? 0n);
  const whole = limit === null || over ? used : limit;
  const shown = PARTS.filter(({ key }) => (nanoOf(amounts[key]) ?? 0n) > 0n);
  const share = limit === null ? null : ratio(used, limit);
  const words = `${name}: ${shown.map(({ key, label }) => `${label.toLowerCase()} ${formatUsd(amounts[key])}`).join(", ") || "nothing used"}${
    limit === null ? ", no limit" : ` of ${formatUsd(limit)}`
  }`;
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <div
        role="img"
        aria-label={words}
        title={share === null ? words : `${words} (${formatPercent(share)})`}
        className={cx("flex h-2 overflow-hidden rounded-full bg-sunken", over && "ring-1 ring-bad")}
      >
        {shown.map(({ key, className }) => (
          <span
            key={key}
            className={cx("h-full", over && key === "spent" ? "bg-bad" : className)}
            style={{ width: `${ratio(amounts[key], whole) * 100}%` }}
          />
        ))}
      </div>
      {legend ? (
        <ul className="flex flex-wrap gap-x-4 gap-y-1 text-xs text-ink-2">
          {PARTS.map(({ key, label, className }) => (
            <li key={key} className="flex items-center gap-1.5">
              <span aria-hidden="true" className={cx("size-2 rounded-full", className)} />
              {label} <span className="figure font-medium text-ink">{formatUsd(amounts[key])}</span>
            </li>
          ))}
          <li className="ml-auto">
            Limit <span className="figure font-medium text-ink">{limit === null ? "none" : formatUsd(limit)}</span>
          </li>
        </ul>
      ) : null}
    </div>
  );
}
