/**
 * In what the Gemini models differ on the wire, by their names: a setting that a model does not have is a 400. Source: the
 * Gemini API's and Vertex AI's pages on thinking and on thought signatures.
 */
export interface ModelTraits {
  /** How thinking is asked for: a budget of tokens, a level, or not at all. */
  readonly thinking: ThinkingTraits | null;
  /** Whether calls in a history are to have a signature. */
  readonly signs_calls: boolean;
}

export type Level = "minimal" | "low" | "medium" | "high";

export type ThinkingTraits =
  /** The budget's bounds; `off`: a budget of 0 switches it off. */
  | { readonly by: "budget"; readonly min: number; readonly max: number; readonly off: boolean }
  /** The levels that there are, least first. Thinking cannot be switched off. */
  | { readonly by: "level"; readonly levels: readonly Level[] };

interface Row {
  /** A part of the name, behind its version; empty for any. */
  readonly variant: string;
  /** The row holds from this version on, 2.5 as [2, 5]. */
  readonly since: readonly [number, number];
  /** And below this one. */
  readonly before?: readonly [number, number];
  readonly traits: ModelTraits;
}

const budget = (min: number, max: number, off: boolean): ModelTraits => ({
  thinking: { by: "budget", min, max, off },
  signs_calls: false,
});
const level = (...levels: readonly Level[]): ModelTraits => ({ thinking: { by: "level", levels }, signs_calls: true });

/** Newest first; the first row that fits is taken. A model newer than the table is taken as the newest. */
const TABLE: readonly Row[] = [
  { variant: "pro", since: [3, 0], before: [3, 1], traits: level("low", "high") },
  { variant: "flash", since: [3, 0], before: [3, 2], traits: level("minimal", "low", "medium", "high") },
  { variant: "", since: [3, 0], traits: level("low", "medium", "high") },
  { variant: "pro", since: [2, 5], traits: budget(128, 32_768, false) },
  { variant: "flash-lite", since: [2, 5], traits: budget(512, 24_576, true) },
  { variant: "", since: [2, 5], traits: budget(0, 24_576, true) },
  { variant: "", since: [0, 0], traits: { thinking: null, signs_calls: false } },
];

/** Another model behind the same API: a budget, which is the older form. */
const OTHER: ModelTraits = budget(0, 24_576, true);

/** The traits of a model by its upstream id, whatever stands before or behind the family's name. */
export function modelTraits(upstream_id: string): ModelTraits {
  const found = /gemini-(\d{1,2})(?:\.(\d{1,2}))?(?:-([a-z-]+))?/.exec(upstream_id);
  if (found !== null) {
    const version = [Number(found[1]), Number(found[2] ?? 0)] as const;
    const variant = found[3] ?? "";
    return (TABLE.find((row) => fits(row, version, variant)) ?? { traits: OTHER }).traits;
  }
  // `gemini-flash-latest`: whichever is the newest.
  if (/gemini-(?:pro|flash)[a-z-]*-latest/.test(upstream_id)) return level("low", "medium", "high");
  return OTHER;
}

const fits = (row: Row, version: readonly [number, number], variant: string): boolean =>
  variant.startsWith(row.variant) &&
  !isBelow(version, row.since) &&
  (row.before === undefined || isBelow(version, row.before));

const isBelow = (version: readonly [number, number], other: readonly [number, number]): boolean =>
  version[0] < other[0] || (version[0] === other[0] && version[1] < other[1]);
