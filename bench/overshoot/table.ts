/** 10 cents. */
export const REQUEST_NANO_USD = 100_000_000;

/** The wallet whose limit is reached first, and how many requests it has room for. */
export interface Level {
  readonly name: "key" | "team" | "org";
  readonly room: number;
}

export const LEVELS: readonly Level[] = [
  { name: "key", room: 20 },
  { name: "team", room: 30 },
  { name: "org", room: 50 },
];

/** What the wallets were lent before: nothing, those that spend, or those beside them that do not. */
export const WARMTHS = ["cold", "warm", "siblings idle"] as const;
export type Warmth = (typeof WARMTHS)[number];

/** One burst of so many requests at once. */
export interface Cell {
  readonly level: Level;
  readonly warmth: Warmth;
  readonly count: number;
  readonly admitted: number;
}

/** How many of them there was room for, by three wallets' limits: a burst is spread evenly over its keys. */
export const roomFor = ({ level, count }: Pick<Cell, "level" | "count">): number => Math.min(level.room, count);
