import { colourOf, type Series } from "./series.ts";

/** Names of series with their colours; below a chart, or a tooltip's lines with values. */
export const Legend = ({ series }: { readonly series: readonly Series[] }) => (
  <ul className="flex flex-wrap gap-x-4 gap-y-1 text-xs text-ink-2">
    {series.map((one, index) => (
      <li key={one.id} className="flex min-w-0 items-center gap-1.5">
        <span
          aria-hidden="true"
          className="size-2 shrink-0 rounded-full"
          style={{ background: colourOf(one, index) }}
        />
        <span className="truncate">{one.name}</span>
        {one.sum === undefined ? null : <span className="figure font-medium text-ink">{one.sum}</span>}
      </li>
    ))}
  </ul>
);

export interface TipLinesProps {
  readonly title: string;
  readonly series: readonly Series[];
  readonly place: number;
  readonly format: (value: number) => string;
}

/** More lines than this are not read in passing: the largest are shown. */
const LINES = 8;

export const TipLines = ({ title, series, place, format }: TipLinesProps) => (
  <>
    <p className="mb-1 font-medium">{title}</p>
    <ul className="flex flex-col gap-0.5">
      {series
        .map((one, index) => ({ ...one, shown: one.values[place] ?? null, colour: colourOf(one, index) }))
        .filter(({ shown }) => shown !== null && (shown !== 0 || series.length === 1))
        .sort((a, b) => (b.shown ?? 0) - (a.shown ?? 0))
        .slice(0, LINES)
        .map(({ id, name, shown, colour }) => (
          <li key={id} className="flex items-center gap-1.5">
            <span aria-hidden="true" className="size-2 shrink-0 rounded-full" style={{ background: colour }} />
            <span className="min-w-0 flex-1 truncate text-ink-2">{name}</span>
            <span className="figure font-medium">{format(shown ?? 0)}</span>
          </li>
        ))}
    </ul>
  </>
);
