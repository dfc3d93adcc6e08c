import type { Count, CountedLine } from "./read-export.ts";

/** One model on one day, by the provider and by us. Null: that side has nothing of it. */
export interface ComparedLine {
  readonly day: string;
  /** As the provider names it, or as we do where only we have it; empty is all models together. */
  readonly model: string;
  readonly theirs: Count | null;
  readonly ours: Count | null;
}

/** Why both sides differ, as far as the figures tell. */
export const FINDINGS = ["equal", "differs", "only_ours", "only_theirs", "not_comparable"] as const;
export type Finding = (typeof FINDINGS)[number];

export interface ModelTotal {
  readonly model: string;
  readonly theirs: Count | null;
  readonly ours: Count | null;
}

/**
 * Lays our count beside theirs, by day and model, in that order. A file that does not split by model is laid beside the
 * sum of all of ours of the day.
 */
export function compareCounts(theirs: readonly CountedLine[], ours: readonly CountedLine[]): readonly ComparedLine[] {
  const undivided = new Set(theirs.filter(({ key }) => key === "").map(({ day }) => day));
  const own = sumBy(ours.map((line) => (undivided.has(line.day) ? { ...line, key: "", model: "" } : line)));
  const places = new Map<string, ComparedLine>();
  for (const line of theirs) places.set(placeOf(line), { ...pick(line), theirs: countOf(line), ours: null });
  for (const line of own) {
    const place = placeOf(line);
    const known = places.get(place);
    places.set(
      place,
      known === undefined ? { ...pick(line), theirs: null, ours: countOf(line) } : { ...known, ours: countOf(line) },
    );
  }
  return [...places].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line);
}

const placeOf = ({ day, key }: CountedLine): string => `${day} ${key}`;
const pick = ({ day, model }: CountedLine) => ({ day, model });
const countOf = ({ cost_nano_usd, requests, input_tokens, output_tokens }: Count): Count => ({
  cost_nano_usd,
  requests,
  input_tokens,
  output_tokens,
});

function sumBy(lines: readonly CountedLine[]): readonly CountedLine[] {
  const places = new Map<string, CountedLine>();
  for (const line of lines) {
    const place = placeOf(line);
    const before = places.get(place);
    places.set(place, before === undefined ? line : { ...before, ...sumOf(before, line) });
  }
  return [...places.values()];
}

/** Of two counts; what neither says stays null. */
export function sumOf(a: Count | null, b: Count | null): Count {
  const number = (name: "requests" | "input_tokens" | "output_tokens") =>
    a?.[name] == null && b?.[name] == null ? null : (a?.[name] ?? 0) + (b?.[name] ?? 0);
  const cost =
    a?.cost_nano_usd == null && b?.cost_nano_usd == null ? null : (a?.cost_nano_usd ?? 0n) + (b?.cost_nano_usd ?? 0n);
  return {
    cost_nano_usd: cost,
    requests: number("requests"),
    input_tokens: number("input_tokens"),
    output_tokens: number("output_tokens"),
  };
}

/** How far ours is from theirs in hundredths of a percent of theirs; null where theirs is nothing. Above zero: we count more. */
export function driftOf(ours: bigint | number | null, theirs: bigint | number | null): number | null {
  const [a, b] = [BigInt(ours ?? 0), BigInt(theirs ?? 0)];
  if (theirs === null || b === 0n) return null;
  return Number(((a - b) * 10_000n) / b);
}

/** What is compared: money where they name it, else tokens. */
export function driftOfCounts(ours: Count | null, theirs: Count | null): number | null {
  if (theirs === null) return null;
  if (theirs.cost_nano_usd !== null) return driftOf(ours?.cost_nano_usd ?? 0n, theirs.cost_nano_usd);
  const tokens = (count: Count | null) => (count?.input_tokens ?? 0) + (count?.output_tokens ?? 0);
  return driftOf(tokens(ours), tokens(theirs));
}

export function findingOf({ theirs, ours }: Pick<ComparedLine, "theirs" | "ours">): Finding {
  if (theirs === null) return "only_ours";
  if (ours === null) return isNothing(theirs) ? "equal" : "only_theirs";
  const drift = driftOfCounts(ours, theirs);
  if (drift !== null) return drift === 0 ? "equal" : "differs";
  return isNothing(ours) || theirs.cost_nano_usd === ours.cost_nano_usd ? "equal" : "not_comparable";
}

const isNothing = ({ cost_nano_usd, input_tokens, output_tokens }: Count): boolean =>
  (cost_nano_usd ?? 0n) === 0n && (input_tokens ?? 0) + (output_tokens ?? 0) === 0;

/** By model over all days: where a request at midnight falls on another day there, this is still equal. */
export function totalsByModel(lines: readonly ComparedLine[], keyOf: (model: string) => string): readonly ModelTotal[] {
  const totals = new Map<string, ModelTotal>();
  for (const { model, theirs, ours } of lines) {
    const key = keyOf(model);
    const before = totals.get(key);
    totals.set(key, {
      model: before?.model ?? model,
      theirs: theirs === null ? (before?.theirs ?? null) : sumOf(before?.theirs ?? null, theirs),
      ours: ours === null ? (before?.ours ?? null) : sumOf(before?.ours ?? null, ours),
    });
  }
  return [...totals.values()];
}

export interface Verdict {
  /** Hundredths of a percent of theirs, over everything; null where theirs is nothing. */
  readonly drift: number | null;
  /** The drift of the total, or of a model that is a hundredth of the total or more, is beyond the threshold. */
  readonly alarm: boolean;
  /** The models that are. */
  readonly models: readonly string[];
}

/** `threshold` in hundredths of a percent. */
export function judge(totals: readonly ModelTotal[], threshold: number): Verdict {
  const theirs = totals.reduce<Count | null>((sum, total) => sumOf(sum, total.theirs), null);
  const ours = totals.reduce<Count | null>((sum, total) => sumOf(sum, total.ours), null);
  const measured = theirs !== null && theirs.cost_nano_usd !== null ? "cost_nano_usd" : "tokens";
  const size = (count: Count | null) =>
    measured === "cost_nano_usd"
      ? (count?.cost_nano_usd ?? 0n)
      : BigInt((count?.input_tokens ?? 0) + (count?.output_tokens ?? 0));
  const all = size(theirs) > size(ours) ? size(theirs) : size(ours);
  const models = totals
    .filter((total) => {
      const [a, b] = [size(total.ours), size(total.theirs)];
      const large = (a > b ? a : b) * 100n >= all && all > 0n;
      const drift = driftOf(a, b);
      return large && a !== b && (drift === null || Math.abs(drift) > threshold);
    })
    .map(({ model }) => model);
  const drift = driftOfCounts(ours, theirs);
  const alarm = models.length > 0 || (drift === null ? size(ours) !== size(theirs) : Math.abs(drift) > threshold);
  return { drift, alarm, models };
}
