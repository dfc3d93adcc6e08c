/** A stretch of time that pages look at: a preset, or from and to. In the address as `range`, or `from` and `to`. */

export interface Range {
  readonly preset: PresetName | null;
  /** RFC 3339 in UTC; `to` is not part of it. */
  readonly from: string;
  readonly to: string;
}

export const PRESETS = {
  "24h": "Last 24 hours",
  "7d": "Last 7 days",
  "30d": "Last 30 days",
  "90d": "Last 90 days",
  month: "This month",
  "last-month": "Last month",
} as const;
export type PresetName = keyof typeof PRESETS;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export const isPreset = (name: string | null): name is PresetName => name !== null && Object.hasOwn(PRESETS, name);

/** The range that an address names; the default preset when it names none. Hours are whole, so that figures are, too. */
export function readRange(get: (name: string) => string | null, now_ms: number, usual: PresetName = "30d"): Range {
  const [from, to] = [get("from"), get("to")];
  if (from !== null && to !== null && Date.parse(from) < Date.parse(to)) {
    return { preset: null, from: new Date(from).toISOString(), to: new Date(to).toISOString() };
  }
  const named = get("range");
  return presetRange(isPreset(named) ? named : usual, now_ms);
}

/** Months are UTC's, as bills are; the rest ends with the hour that has begun. */
export function presetRange(preset: PresetName, now_ms: number): Range {
  const end = Math.ceil(now_ms / HOUR_MS) * HOUR_MS;
  const now = new Date(now_ms);
  const month = (offset: number): number => Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset, 1);
  const between = (from: number, to: number): Range => ({
    preset,
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
  });
  switch (preset) {
    case "24h":
      return between(end - DAY_MS, end);
    case "7d":
      return between(end - 7 * DAY_MS, end);
    case "30d":
      return between(end - 30 * DAY_MS, end);
    case "90d":
      return between(end - 90 * DAY_MS, end);
    case "month":
      return between(month(0), end);
    case "last-month":
      return between(month(-1), month(0));
  }
}
