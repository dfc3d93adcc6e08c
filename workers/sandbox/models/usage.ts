import { unreachable } from "../../../schema/kernel/unreachable.ts";
import { RawJson } from "../raw-json.ts";
import type { Tally } from "./piece.ts";

/** How a model reports its usage. */
export type UsageReport = "honest" | "none" | "wrong" | "zero" | "twice";

/** A count as JSON; undefined where the report lacks it. */
export type Count = RawJson | undefined;

/**
 * One report, before it is put into a provider's words. `prompt` includes what was cached or written to a cache,
 * `completion` includes the reasoning.
 */
export interface ReportedUsage {
  readonly prompt: Count;
  readonly completion: Count;
  readonly total: Count;
  readonly cached: Count;
  readonly reasoning: Count;
}

/** The reports to send, in order. A whole answer carries the last one. */
export function usageReports(report: UsageReport, tally: Tally, variant: string | null): readonly ReportedUsage[] {
  switch (report) {
    case "honest":
      return [honest(tally)];
    case "none":
      return [];
    case "zero":
      return [honest({ prompt_tokens: 0, cached_tokens: 0, completion_tokens: 0, reasoning_tokens: 0 })];
    case "twice": {
      // Cumulative: the second count contains the first, so that whoever adds them up charges too much.
      const half = { ...tally, completion_tokens: Math.ceil(tally.completion_tokens / 2), reasoning_tokens: 0 };
      return [honest(half), honest(tally)];
    }
    case "wrong":
      return [WRONG[isVariant(variant) ? variant : "negative"](tally)];
    default:
      return unreachable(report);
  }
}

/** `whole` without `part`, as providers report that count what is cached apart; `whole` itself if it is no number. */
export function without(whole: Count, part: Count): Count {
  if (whole === undefined || part === undefined) return whole;
  const difference = Number(whole.text) - Number(part.text);
  return Number.isSafeInteger(difference) && /^-?\d+$/.test(whole.text) ? count(difference) : whole;
}

export const count = (value: number): RawJson => new RawJson(String(value));

function honest(tally: Tally): ReportedUsage {
  return {
    prompt: count(tally.prompt_tokens),
    completion: count(tally.completion_tokens),
    total: count(tally.prompt_tokens + tally.completion_tokens),
    cached: count(tally.cached_tokens),
    reasoning: count(tally.reasoning_tokens),
  };
}

const counts = (prompt: string, completion: string, total: string): ReportedUsage => ({
  prompt: new RawJson(prompt),
  completion: new RawJson(completion),
  total: new RawJson(total),
  cached: undefined,
  reasoning: undefined,
});

const NOTHING: ReportedUsage = {
  prompt: undefined,
  completion: undefined,
  total: undefined,
  cached: undefined,
  reasoning: undefined,
};

const WRONG = {
  negative: () => counts("-1000000", "-1000000", "-2000000"),
  fractional: ({ prompt_tokens: prompt, completion_tokens: completion }) =>
    counts(`${prompt}.5`, `${completion}.25`, `${prompt + completion}.75`),
  string: ({ prompt_tokens: prompt, completion_tokens: completion }) =>
    counts(`"${prompt}"`, `"${completion}"`, `"${prompt + completion}"`),
  /** 2^53 + 1 is the first integer that a double rounds; 2^63 is the first that a signed 64-bit integer lacks. */
  overflow: () => counts("9007199254740993", "9223372036854775808", "9232379236109516801"),
  /** Parses to Infinity. */
  infinite: () => counts("1e400", "1e400", "1e400"),
  /** A safe integer, and absurd: nine quadrillion tokens. */
  huge: ({ prompt_tokens: prompt }) => counts(`${prompt}`, "9000000000000000", "9000000000000000"),
  null: () => counts("null", "null", "null"),
  missing: () => NOTHING,
  /** More of the prompt is cached than there is. */
  cached: (tally) => ({ ...honest(tally), cached: count(tally.prompt_tokens + 1_000), reasoning: undefined }),
  /** More reasoning than completion. */
  reasoning: (tally) => ({ ...honest(tally), cached: undefined, reasoning: count(tally.completion_tokens + 1_000) }),
} as const satisfies Record<string, (tally: Tally) => ReportedUsage>;

export type WrongUsageVariant = keyof typeof WRONG;

export const isVariant = (name: string | null): name is WrongUsageVariant =>
  name !== null && Object.hasOwn(WRONG, name);

export const VARIANTS: readonly string[] = Object.keys(WRONG);
