/** The colours of series, in order. The last one is for all others. */
export const CHART_COLOURS = [
  "var(--color-chart-1)",
  "var(--color-chart-2)",
  "var(--color-chart-3)",
  "var(--color-chart-4)",
  "var(--color-chart-5)",
  "var(--color-chart-6)",
  "var(--color-chart-7)",
] as const;
export const OTHERS_COLOUR = "var(--color-chart-8)";

export interface Series {
  readonly id: string;
  readonly name: string;
  /** One for each place of the axis; null is a gap. */
  readonly values: readonly (number | null)[];
  /** Of `CHART_COLOURS` unless given. */
  readonly colour?: string;
  readonly dashed?: boolean;
  /** What all of it comes to, as text: it stands beside its name in the legend. */
  readonly sum?: string;
}

export const colourOf = (series: Series, index: number): string =>
  series.colour ?? CHART_COLOURS[index] ?? OTHERS_COLOUR;

/** The sums of the series up to each one, for stacks: `[series][place]` of bottom and top. */
export function stack(series: readonly Series[], places: number): readonly (readonly (readonly [number, number])[])[] {
  const bottoms = Array.from({ length: places }, () => 0);
  return series.map(({ values }) =>
    bottoms.map((bottom, place) => {
      const top = bottom + Math.max(0, values[place] ?? 0);
      bottoms[place] = top;
      return [bottom, top] as const;
    }),
  );
}

/** The largest value that is drawn. */
export function maximum(series: readonly Series[], stacked: boolean): number {
  const places = Math.max(0, ...series.map(({ values }) => values.length));
  if (!stacked) return Math.max(0, ...series.flatMap(({ values }) => values.map((value) => value ?? 0)));
  return Math.max(0, ...stack(series, places).flatMap((one) => one.map(([, top]) => top)));
}

export const isEmpty = (series: readonly Series[]): boolean =>
  series.every(({ values }) => values.every((value) => value === null || value === 0));
