import { unreachable } from "../../../schema/kernel/unreachable.ts";
import type { Tally } from "./piece.ts";

/**
 * How a model reports its usage. Usage is text and not a value, since some of the wrong counts (2^53 + 1, 1e400) are
 * JSON that no JavaScript number can hold.
 */
export type UsageReport = "honest" | "none" | "wrong" | "zero" | "twice";

/** The usage objects to send, in order. A whole answer carries the last one. */
export function usageTexts(report: UsageReport, tally: Tally, variant: string | null): readonly string[] {
  switch (report) {
    case "honest":
      return [usageText(tally)];
    case "none":
      return [];
    case "zero":
      return [usageText({ prompt_tokens: 0, cached_tokens: 0, completion_tokens: 0, reasoning_tokens: 0 })];
    case "twice": {
      // Cumulative: the second count contains the first, so that whoever adds them up charges too much.
      const half = { ...tally, completion_tokens: Math.ceil(tally.completion_tokens / 2), reasoning_tokens: 0 };
      return [usageText(half), usageText(tally)];
    }
    case "wrong":
      return [WRONG[isVariant(variant) ? variant : "negative"](tally)];
    default:
      return unreachable(report);
  }
}

const counts = (prompt: string, completion: string, total: string): string =>
  `{"prompt_tokens":${prompt},"completion_tokens":${completion},"total_tokens":${total}}`;

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
  missing: () => "{}",
  /** More of the prompt is cached than there is. */
  cached: ({ prompt_tokens: prompt, completion_tokens: completion }) =>
    `{"prompt_tokens":${prompt},"completion_tokens":${completion},"total_tokens":${prompt + completion},` +
    `"prompt_tokens_details":{"cached_tokens":${prompt + 1_000}}}`,
  /** More reasoning than completion. */
  reasoning: ({ prompt_tokens: prompt, completion_tokens: completion }) =>
    `{"prompt_tokens":${prompt},"completion_tokens":${completion},"total_tokens":${prompt + completion},` +
    `"completion_tokens_details":{"reasoning_tokens":${completion + 1_000}}}`,
} as const satisfies Record<string, (tally: Tally) => string>;

export type WrongUsageVariant = keyof typeof WRONG;

export const isVariant = (name: string | null): name is WrongUsageVariant =>
  name !== null && Object.hasOwn(WRONG, name);

export const VARIANTS: readonly string[] = Object.keys(WRONG);

function usageText(tally: Tally): string {
  return JSON.stringify({
    prompt_tokens: tally.prompt_tokens,
    completion_tokens: tally.completion_tokens,
    total_tokens: tally.prompt_tokens + tally.completion_tokens,
    prompt_tokens_details: { cached_tokens: tally.cached_tokens, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: tally.reasoning_tokens,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  });
}
