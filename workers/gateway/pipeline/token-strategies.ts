import type { ModelInfo } from "../../../schema/pricing/price.ts";
import type { Encoding } from "../../../schema/wire/tokenizer-rpc.ts";

/**
 * How tokens are counted where the model's own encoding is not at hand: another encoding stands in, and its count is raised
 * by what the family's makes more of the same text. A count only bills where no usage was reported, and is marked as an
 * estimate; it must not stay below what was delivered. The figures are measured, and docs/tokenizers.md says how.
 */
export interface TokenStrategy {
  readonly family: string;
  /** What the names of its models have in them, whoever serves them. */
  readonly models: RegExp;
  readonly stand_in: Encoding;
  /** Tokens of the family to one of the stand-in, the most that was measured for the script and some room. */
  readonly factors: Readonly<Record<Script, number>>;
  /** Each digit is a token, where the stand-in makes one of three. */
  readonly splits_digits: boolean;
  /** What wraps a tool call beside its name and arguments. */
  readonly call_tokens: number;
}

/** Latin and everything in ASCII; Chinese, Japanese and Korean; all other scripts, and emoji. */
type Script = "latin" | "cjk" | "other";

export const TOKEN_STRATEGIES: readonly TokenStrategy[] = [
  {
    family: "Claude",
    models: /claude/i,
    stand_in: "o200k_base",
    factors: { latin: 1.4, cjk: 2, other: 4.4 },
    splits_digits: false,
    call_tokens: 40,
  },
  {
    family: "Gemini",
    models: /gemini|gemma/i,
    stand_in: "o200k_base",
    factors: { latin: 1.15, cjk: 1.2, other: 1.3 },
    splits_digits: true,
    call_tokens: 10,
  },
  {
    family: "DeepSeek",
    models: /deepseek/i,
    stand_in: "o200k_base",
    factors: { latin: 1.25, cjk: 1.2, other: 2 },
    splits_digits: false,
    call_tokens: 40,
  },
  {
    family: "Llama",
    models: /llama/i,
    stand_in: "o200k_base",
    factors: { latin: 1.3, cjk: 1.1, other: 1.8 },
    splits_digits: false,
    call_tokens: 16,
  },
  {
    family: "Mistral",
    models: /mistral|mixtral|magistral|ministral|codestral|devstral|pixtral/i,
    stand_in: "o200k_base",
    factors: { latin: 1.15, cjk: 1.3, other: 1.9 },
    splits_digits: true,
    call_tokens: 16,
  },
  {
    family: "Cohere",
    models: /command|cohere|c4ai|aya-|embed-(english|multilingual|v4)|rerank-/i,
    stand_in: "o200k_base",
    factors: { latin: 1.15, cjk: 1.1, other: 2.5 },
    splits_digits: true,
    call_tokens: 10,
  },
];

/** Of a model that is in no family: the most of every column. */
const UNKNOWN: TokenStrategy = {
  family: "unknown",
  models: /^/,
  stand_in: "o200k_base",
  factors: { latin: 1.4, cjk: 2, other: 4.4 },
  splits_digits: true,
  call_tokens: 40,
};

/** The strategy of a model without an encoding of its own, by its name; null where the encoding is its own. */
export function tokenStrategy({ encoding, upstream_id }: ModelInfo): TokenStrategy | null {
  if (encoding !== null) return null;
  return TOKEN_STRATEGIES.find(({ models }) => models.test(upstream_id)) ?? UNKNOWN;
}

/** What was counted by the stand-in: its tokens, the texts that it counted, and how many tool calls are among them. */
export interface StandInCount {
  readonly tokens: number;
  readonly texts: Iterable<string>;
  readonly tool_calls: number;
}

/** A count of the stand-in as one of the family; as it is where there is no stand-in. */
export function raiseCount({ tokens, texts, tool_calls }: StandInCount, strategy: TokenStrategy | null): number {
  if (strategy === null) return tokens;
  const scripts = new ScriptShares();
  for (const text of texts) scripts.add(text);
  const digits = strategy.splits_digits ? (scripts.digits * 2) / 3 : 0;
  return Math.ceil(tokens * scripts.mean(strategy.factors) + digits + tool_calls * strategy.call_tokens);
}

/** How many tokens more than a Latin character one of another script is, at most: its share of the tokens is larger. */
const TOKENS_TO_A_CHARACTER: Readonly<Record<Script, number>> = { latin: 1, cjk: 4, other: 6 };

const CJK = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu;
const OTHER =
  /(?![\p{Script=Latin}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}])[\p{L}\p{M}\p{Extended_Pictographic}]/gu;
const DIGIT = /\p{Nd}/gu;
const ONLY_ASCII = /^[\0-\x7f]*$/;

/** Of what scripts a text is. */
class ScriptShares {
  digits = 0;
  #latin = 0;
  #cjk = 0;
  #other = 0;

  add(text: string): void {
    this.digits += countOf(text, DIGIT);
    // Most text is: it needs no further look. ASCII has no pictograph but `#`, `*` and the digits, which are no emoji here.
    const ascii = ONLY_ASCII.test(text);
    const cjk = ascii ? 0 : countOf(text, CJK);
    const other = ascii ? 0 : countOf(text, OTHER);
    this.#cjk += cjk;
    this.#other += other;
    this.#latin += Math.max(0, text.length - cjk - other);
  }

  /** The factor of the whole, each script by its share of the tokens. */
  mean(factors: Readonly<Record<Script, number>>): number {
    const shares = {
      latin: this.#latin * TOKENS_TO_A_CHARACTER.latin,
      cjk: this.#cjk * TOKENS_TO_A_CHARACTER.cjk,
      other: this.#other * TOKENS_TO_A_CHARACTER.other,
    };
    const all = shares.latin + shares.cjk + shares.other;
    if (all === 0) return factors.latin;
    return (shares.latin * factors.latin + shares.cjk * factors.cjk + shares.other * factors.other) / all;
  }
}

const countOf = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;
