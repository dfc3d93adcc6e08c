import { Badge } from "../../ui/badge.tsx";
import type { Names } from "../names.ts";
import { OFF_LADDER, recipientLabel, type Step } from "./recipients.ts";

const TONES = [
  [100, "bg-bad"],
  [90, "bg-warn"],
  [0, "bg-accent"],
] as const;

/** A ladder to look at: how far a limit is spent, and who hears of it then. */
export const Ladder = ({ steps, names }: { readonly steps: readonly Step[]; readonly names: Names }) => (
  <ol className="flex flex-col gap-2.5 text-sm">
    {steps.map(({ percent, recipients }) => (
      <li
        key={percent}
        className="grid grid-cols-[3.5rem_minmax(3rem,10rem)_minmax(0,1fr)] items-center gap-3 max-sm:grid-cols-[3rem_minmax(0,1fr)]"
      >
        <span className="figure text-right font-semibold">{percent} %</span>
        <span aria-hidden="true" className="h-1.5 overflow-hidden rounded-full bg-sunken max-sm:hidden">
          <span
            style={{ width: `${Math.min(100, percent)}%` }}
            className={`block h-full rounded-full ${TONES.find(([from]) => percent >= from)?.[1] ?? "bg-accent"}`}
          />
        </span>
        <Recipients recipients={recipients} names={names} />
      </li>
    ))}
  </ol>
);

/** Who is told of everything else. What is left out has its default. */
export const ByKind = ({
  given,
  names,
}: {
  readonly given: Readonly<Record<string, unknown>>;
  readonly names: Names;
}) => (
  <dl className="flex flex-col text-sm">
    {OFF_LADDER.map(({ kind, label, usual }) => {
      const own = given[kind];
      return (
        <div
          key={kind}
          className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 border-b border-line py-2 last:border-b-0"
        >
          <dt className="text-ink-2">{label}</dt>
          <dd className="min-w-0">
            <Recipients recipients={Array.isArray(own) ? own.map(String) : usual} names={names} />
          </dd>
        </div>
      );
    })}
  </dl>
);

export const Recipients = ({ recipients, names }: { readonly recipients: readonly string[]; readonly names: Names }) =>
  recipients.length === 0 ? (
    <span className="text-ink-3">Nobody</span>
  ) : (
    <span className="flex min-w-0 flex-wrap gap-1">
      {recipients.map((recipient) => (
        <Badge key={recipient}>{recipientLabel(names, recipient)}</Badge>
      ))}
    </span>
  );
