/** Milliseconds between two events of the upstream's streams, by the first segment of the path. */
export const PACES = {
  /** One event per turn of the upstream's event loop: what passing bytes on costs. */
  fast: 0,
  /** A fast model: what a caller sees of the gaps. */
  paced: 5,
  /** Long enough that many streams are open at once. */
  slow: 40,
} as const;

export type Pace = keyof typeof PACES;
