import { describe, expect, test } from "vitest";
import { MAX_USAGE_COUNT, type Usage, type UsageComponent } from "../../../schema/canonical/usage.ts";
import { costOf } from "../../../schema/pricing/cost.ts";
import type { Price, Rates } from "../../../schema/pricing/price.ts";

/**
 * Bills worked out by hand. Prices are written here and not taken from the catalogue, so that a change of price is not a
 * change of arithmetic. All tokens below are priced in nano-USD a token: 1 USD per million is 1,000.
 */
const per_token = (nano: number): number => nano * 1_000_000;
const per_piece = per_token;

const price = (rates: Rates, tiers: Price["tiers"] = []): Price => ({
  price_id: "test/price@2026-01-01",
  effective_from: 0,
  rates,
  tiers,
});

const PRICES = {
  /** $1.25 in, $0.125 cached, $10 out. */
  gpt5: price({ input: per_token(1_250), cached_read: per_token(125), output: per_token(10_000) }),
  /** $2.50 in, $1.25 cached, $10 out. */
  gpt4o: price({ input: per_token(2_500), cached_read: per_token(1_250), output: per_token(10_000) }),
  /** $0.15 in, $0.075 cached, $0.60 out. */
  gpt4o_mini: price({ input: per_token(150), cached_read: per_token(75), output: per_token(600) }),
  /** $0.05 in, $0.005 cached, $0.40 out. */
  gpt5_nano: price({ input: per_token(50), cached_read: per_token(5), output: per_token(400) }),
  /** $2 in, $0.20 cached, $2.50 written, $12 out; above 272,000 twice the input and 1.5 times the output. */
  terra: price(
    {
      input: per_token(2_000),
      cached_read: per_token(200),
      cached_write_5m: per_token(2_500),
      output: per_token(12_000),
    },
    [
      {
        above_input_tokens: 272_000,
        rates: {
          input: per_token(4_000),
          cached_read: per_token(400),
          cached_write_5m: per_token(5_000),
          output: per_token(18_000),
        },
      },
    ],
  ),
  /** $3 in, $0.30 read, $3.75 and $6 written, $15 out, $0.01 a search; above 200,000 twice, output 1.5 times. */
  sonnet: price(
    {
      input: per_token(3_000),
      cached_read: per_token(300),
      cached_write_5m: per_token(3_750),
      cached_write_1h: per_token(6_000),
      output: per_token(15_000),
      search: per_piece(10_000_000),
    },
    [
      {
        above_input_tokens: 200_000,
        rates: {
          input: per_token(6_000),
          cached_read: per_token(600),
          cached_write_5m: per_token(7_500),
          cached_write_1h: per_token(12_000),
          output: per_token(22_500),
          search: per_piece(10_000_000),
        },
      },
    ],
  ),
  /** $0.10 in, $0.50 out; above 100,000 five times as much. */
  haiku: price({ input: per_token(100), cached_write_1h: per_token(200), output: per_token(500) }, [
    {
      above_input_tokens: 100_000,
      rates: { input: per_token(500), cached_write_1h: per_token(1_000), output: per_token(2_500) },
    },
  ]),
  /** $0.30 in, $2.50 out, thoughts as output. */
  gemini: price({ input: per_token(300), output: per_token(2_500) }),
  /** Reasoning at its own price: $1 in, $2 out, $3 reasoning. */
  thinker: price({ input: per_token(1_000), output: per_token(2_000), reasoning: per_token(3_000) }),
  /** $2.50 and $10 for text, $32 and $64 for sound. */
  audio: price({
    input: per_token(2_500),
    output: per_token(10_000),
    audio_input: per_token(32_000),
    audio_output: per_token(64_000),
  }),
  /** $5 text, $10 image in, $40 image out. */
  image_tokens: price({ input: per_token(5_000), image_input: per_token(10_000), image_output: per_token(40_000) }),
  /** $0.04 an image, nothing else. */
  pictures: price({ image: per_piece(40_000_000) }),
  /** $0.005 a call, tokens free. */
  per_call: price({ call: per_piece(5_000_000), input: 0, output: 0 }),
  free: price({ input: 0, cached_read: 0, output: 0 }),
  /** Half a nano-dollar a token in, a quarter cached, one and a half out: what rounding shows itself on. */
  crumbs: price({ input: 500_000, cached_read: 250_000, output: 1_500_000 }),
  /** A hair below half a nano-dollar. */
  below_half: price({ input: 499_999, output: 499_999 }),
  odd: price({ input: 333_333_333, output: 9_876_543_211 }),
  /** $75 in, $600 out. */
  dear: price({ input: per_token(75_000), output: per_token(600_000) }),
  /** Two steps, at 10 and at 20 tokens. */
  ladder: price({ input: per_token(1_000), output: per_token(1_000) }, [
    { above_input_tokens: 10, rates: { input: per_token(2_000), output: per_token(1_000) } },
    { above_input_tokens: 20, rates: { input: per_token(3_000), output: per_token(1_000) } },
  ]),
} as const satisfies Record<string, Price>;

interface Row {
  readonly is: string;
  readonly at: keyof typeof PRICES;
  readonly usage: Usage;
  readonly nano_usd: number;
  readonly unpriced?: readonly UsageComponent[];
  readonly tier?: number;
}

const ROWS: readonly Row[] = [
  // Plain text.
  { is: "nothing used costs nothing", at: "gpt5", usage: {}, nano_usd: 0 },
  { is: "one token in", at: "gpt5", usage: { input: 1 }, nano_usd: 1_250 },
  { is: "one token out", at: "gpt5", usage: { output: 1 }, nano_usd: 10_000 },
  // 1,000 × 1,250 + 500 × 10,000 = 1,250,000 + 5,000,000
  { is: "in and out", at: "gpt5", usage: { input: 1_000, output: 500 }, nano_usd: 6_250_000 },
  // 1,000,000 × 1,250: the price list's own figure, $1.25.
  { is: "a million tokens cost the list price", at: "gpt5", usage: { input: 1_000_000 }, nano_usd: 1_250_000_000 },
  { is: "zero usage as a provider reports it", at: "gpt5", usage: { input: 0, output: 0 }, nano_usd: 0 },
  {
    is: "zeros beside a count add nothing",
    at: "gpt5",
    usage: { input: 10, cached_read: 0, output: 0 },
    nano_usd: 12_500,
  },

  // OpenAI: cached tokens are contained in prompt_tokens, and are taken out of them before they come here.
  // prompt 1,000 of which 600 cached, completion 200: 400 × 1,250 + 600 × 125 + 200 × 10,000 = 500,000 + 75,000 + 2,000,000
  {
    is: "cached tokens are paid once, at their own price, not again as input",
    at: "gpt5",
    usage: { input: 400, cached_read: 600, output: 200 },
    nano_usd: 2_575_000,
  },
  // prompt 2,006, cached 1,920, completion 300: 86 × 2,500 + 1,920 × 1,250 + 300 × 10,000 = 215,000 + 2,400,000 + 3,000,000
  {
    is: "half price for cached tokens",
    at: "gpt4o",
    usage: { input: 86, cached_read: 1_920, output: 300 },
    nano_usd: 5_615_000,
  },
  // 1,024 × 125
  { is: "a prompt that is cached whole", at: "gpt5", usage: { cached_read: 1_024 }, nano_usd: 128_000 },
  // 100 × 300
  {
    is: "cached tokens of a model without a discount cost what input costs",
    at: "gemini",
    usage: { cached_read: 100 },
    nano_usd: 30_000,
  },

  // Reasoning.
  // completion 1,200 of which 1,024 reasoning: 75 × 1,250 + 176 × 10,000 + 1,024 × 10,000 = 93,750 + 1,760,000 + 10,240,000
  {
    is: "reasoning contained in completion_tokens is paid once, as output",
    at: "gpt5",
    usage: { input: 75, output: 176, reasoning: 1_024 },
    nano_usd: 12_093_750,
  },
  // 2,048 × 10,000
  { is: "reasoning that ate the whole answer", at: "gpt5", usage: { reasoning: 2_048 }, nano_usd: 20_480_000 },
  // 100 × 2,000 + 100 × 3,000
  {
    is: "reasoning with a price of its own",
    at: "thinker",
    usage: { output: 100, reasoning: 100 },
    nano_usd: 500_000,
  },
  // Gemini reports thoughts beside the candidates: 5 × 300 + 15 × 2,500 + 100 × 2,500 = 1,500 + 37,500 + 250,000
  {
    is: "thoughts that are reported beside the answer are paid too",
    at: "gemini",
    usage: { input: 5, output: 15, reasoning: 100 },
    nano_usd: 289_000,
  },
  // 5 + 100 of tool results: 105 × 300
  { is: "tool results are part of the prompt", at: "gemini", usage: { input: 105 }, nano_usd: 31_500 },

  // Anthropic: cache tokens are beside input_tokens.
  // 5 × 3,000 + 100 × 300 + 50 × 3,750 + 10 × 15,000 = 15,000 + 30,000 + 187,500 + 150,000
  {
    is: "input, read and write are three amounts, none inside another",
    at: "sonnet",
    usage: { input: 5, cached_read: 100, cached_write_5m: 50, output: 10 },
    nano_usd: 382_500,
  },
  // 21 × 3,000 + 188,086 × 3,750 + 393 × 15,000 = 63,000 + 705,322,500 + 5,895,000
  {
    is: "the first call over a book writes it to the cache",
    at: "sonnet",
    usage: { input: 21, cached_write_5m: 188_086, output: 393 },
    nano_usd: 711_280_500,
  },
  // 21 × 3,000 + 188,086 × 300 + 393 × 15,000 = 63,000 + 56,425,800 + 5,895,000
  {
    is: "the second call reads it, and does not pay the write again",
    at: "sonnet",
    usage: { input: 21, cached_read: 188_086, output: 393 },
    nano_usd: 62_383_800,
  },
  { is: "a five-minute write costs 1.25 times input", at: "sonnet", usage: { cached_write_5m: 1 }, nano_usd: 3_750 },
  { is: "a one-hour write costs twice input", at: "sonnet", usage: { cached_write_1h: 1 }, nano_usd: 6_000 },
  // 10,000 × 6,000
  { is: "an hour's write of a long prompt", at: "sonnet", usage: { cached_write_1h: 10_000 }, nano_usd: 60_000_000 },
  // 2,048 × 3,000 + 1,800 × 300 + 456 × 3,750 + 100 × 6,000 + 503 × 15,000
  // = 6,144,000 + 540,000 + 1,710,000 + 600,000 + 7,545,000
  {
    is: "both writes in one call",
    at: "sonnet",
    usage: { input: 2_048, cached_read: 1_800, cached_write_5m: 456, cached_write_1h: 100, output: 503 },
    nano_usd: 16_539_000,
  },
  // message_delta said 10, 25, 40: the last is the total. 100 × 3,000 + 40 × 15,000 (added up it would be 75 × 15,000)
  {
    is: "cumulative counts of a stream: the last, not their sum",
    at: "sonnet",
    usage: { input: 100, output: 40 },
    nano_usd: 900_000,
  },
  // 12 × 3,000 + 900 × 300 + 40 × 15,000 = 36,000 + 270,000 + 600,000
  {
    is: "cache counts that came only with the last event",
    at: "sonnet",
    usage: { input: 12, cached_read: 900, output: 40 },
    nano_usd: 906_000,
  },
  // 1,000 × 2,500
  {
    is: "automatic cache writes have a price too",
    at: "terra",
    usage: { cached_write_5m: 1_000 },
    nano_usd: 2_500_000,
  },

  // Fees by the piece.
  { is: "one web search", at: "sonnet", usage: { search: 1 }, nano_usd: 10_000_000 },
  // 6,039 × 3,000 + 931 × 15,000 + 3 × 10,000,000 = 18,117,000 + 13,965,000 + 30,000,000
  {
    is: "searches are paid beside the tokens that they brought in",
    at: "sonnet",
    usage: { input: 6_039, output: 931, search: 3 },
    nano_usd: 62_082_000,
  },
  { is: "two generated images", at: "pictures", usage: { image: 2 }, nano_usd: 80_000_000 },
  {
    is: "a model that is priced by the call",
    at: "per_call",
    usage: { input: 1_000, output: 1_000, call: 1 },
    nano_usd: 5_000_000,
  },
  { is: "the call itself is free where tokens are priced", at: "gpt5", usage: { input: 1, call: 1 }, nano_usd: 1_250 },

  // Tiers: by the whole prompt, for the whole request.
  // 200,000 × 3,000
  { is: "exactly at the limit the base price holds", at: "sonnet", usage: { input: 200_000 }, nano_usd: 600_000_000 },
  // 200,001 × 6,000
  {
    is: "one token above it, every token costs more",
    at: "sonnet",
    usage: { input: 200_001 },
    nano_usd: 1_200_006_000,
    tier: 200_000,
  },
  // 200,001 × 6,000 + 1,000 × 22,500 = 1,200,006,000 + 22,500,000
  {
    is: "the answer costs more too",
    at: "sonnet",
    usage: { input: 200_001, output: 1_000 },
    nano_usd: 1_222_506_000,
    tier: 200_000,
  },
  // 50,001 × 6,000 + 150,000 × 600 = 300,006,000 + 90,000,000
  {
    is: "cached tokens count towards the limit",
    at: "sonnet",
    usage: { input: 50_001, cached_read: 150_000 },
    nano_usd: 390_006_000,
    tier: 200_000,
  },
  // 100,000 × 3,000 + 50,000 × 300 + 50,000 × 3,750 = 300,000,000 + 15,000,000 + 187,500,000
  {
    is: "exactly at the limit with reads and writes",
    at: "sonnet",
    usage: { input: 100_000, cached_read: 50_000, cached_write_5m: 50_000 },
    nano_usd: 502_500_000,
  },
  // 1 × 12,000 + 200,000 × 600
  {
    is: "one written token can be the one above",
    at: "sonnet",
    usage: { cached_read: 200_000, cached_write_1h: 1 },
    nano_usd: 120_012_000,
    tier: 200_000,
  },
  // 150,000 × 3,000 + 100,000 × 15,000 = 450,000,000 + 1,500,000,000
  {
    is: "the answer does not count towards the limit",
    at: "sonnet",
    usage: { input: 150_000, output: 100_000 },
    nano_usd: 1_950_000_000,
  },
  // 200,001 × 6,000 + 10,000,000
  {
    is: "a search costs the same in a long prompt",
    at: "sonnet",
    usage: { input: 200_001, search: 1 },
    nano_usd: 1_210_006_000,
    tier: 200_000,
  },
  // 272,000 × 2,000
  { is: "another limit, exactly", at: "terra", usage: { input: 272_000 }, nano_usd: 544_000_000 },
  // 272,001 × 4,000
  { is: "another limit, one above", at: "terra", usage: { input: 272_001 }, nano_usd: 1_088_004_000, tier: 272_000 },
  // 100,000 × 100
  { is: "a low limit, exactly", at: "haiku", usage: { input: 100_000 }, nano_usd: 10_000_000 },
  // 100,001 × 500
  { is: "a low limit, one above", at: "haiku", usage: { input: 100_001 }, nano_usd: 50_000_500, tier: 100_000 },
  // 90,000 × 500 + 20,000 × 1,000 + 10 × 2,500 = 45,000,000 + 20,000,000 + 25,000
  {
    is: "an hour's write above a limit",
    at: "haiku",
    usage: { input: 90_000, cached_write_1h: 20_000, output: 10 },
    nano_usd: 65_025_000,
    tier: 100_000,
  },
  { is: "two limits: below both", at: "ladder", usage: { input: 10 }, nano_usd: 10_000 },
  { is: "two limits: above the first", at: "ladder", usage: { input: 11 }, nano_usd: 22_000, tier: 10 },
  { is: "two limits: at the second", at: "ladder", usage: { input: 20 }, nano_usd: 40_000, tier: 10 },
  { is: "two limits: above the second", at: "ladder", usage: { input: 21 }, nano_usd: 63_000, tier: 20 },
  // 6 + 5 = 11 prompt tokens, all at 2,000
  {
    is: "image tokens count towards a limit",
    at: "ladder",
    usage: { input: 6, image_input: 5 },
    nano_usd: 22_000,
    tier: 10,
  },

  // Sound.
  // 17 × 2,500 + 104 × 32,000 + 20 × 10,000 + 278 × 64,000 = 42,500 + 3,328,000 + 200,000 + 17,792,000
  {
    is: "a spoken question and a spoken answer with its transcript",
    at: "audio",
    usage: { input: 17, audio_input: 104, output: 20, audio_output: 278 },
    nano_usd: 21_362_500,
  },
  { is: "one token of sound is not a token of text", at: "audio", usage: { audio_input: 1 }, nano_usd: 32_000 },

  // Pictures.
  // (10 + 765) × 2,500
  {
    is: "the tokens of an image cost what input costs",
    at: "gpt4o",
    usage: { input: 10, image_input: 765 },
    nano_usd: 1_937_500,
  },
  // (12 + 25,501) × 150 = 1,800 + 3,825,150
  {
    is: "a small model that counts many tokens for an image",
    at: "gpt4o_mini",
    usage: { input: 12, image_input: 25_501 },
    nano_usd: 3_826_950,
  },
  // 50 × 5,000 + 323 × 10,000 + 4,160 × 40,000 = 250,000 + 3,230,000 + 166,400,000
  {
    is: "an image edited: three kinds of tokens",
    at: "image_tokens",
    usage: { input: 50, image_input: 323, image_output: 4_160 },
    nano_usd: 169_880_000,
  },

  // What has no price is charged at the dearest token rate and shown.
  // 100 × 10,000
  {
    is: "sound on a model priced for text never falls back to text",
    at: "gpt4o",
    usage: { audio_input: 100 },
    nano_usd: 1_000_000,
    unpriced: ["audio_input"],
  },
  // 10 × 10,000
  {
    is: "spoken answers likewise",
    at: "gpt4o",
    usage: { audio_output: 10 },
    nano_usd: 100_000,
    unpriced: ["audio_output"],
  },
  // 100 × 10,000
  {
    is: "generated image tokens on a model priced for text",
    at: "gpt4o",
    usage: { image_output: 100 },
    nano_usd: 1_000_000,
    unpriced: ["image_output"],
  },
  // 100 × 10,000, not 100 × 1,250
  {
    is: "a cache write without a price is not taken for input",
    at: "gpt5",
    usage: { cached_write_5m: 100 },
    nano_usd: 1_000_000,
    unpriced: ["cached_write_5m"],
  },
  // 100 × 12,000, not 100 × 2,500
  {
    is: "an hour's write without a price is not taken for a shorter one",
    at: "terra",
    usage: { cached_write_1h: 100 },
    nano_usd: 1_200_000,
    unpriced: ["cached_write_1h"],
  },
  // 272,001 × 4,000 + 1 × 18,000: the dearest of the tier that applies
  {
    is: "the dearest rate is that of the tier",
    at: "terra",
    usage: { input: 272_001, audio_output: 1 },
    nano_usd: 1_088_022_000,
    unpriced: ["audio_output"],
    tier: 272_000,
  },
  // 2 × 10,000,000, a search's common fee: a token rate would be as good as nothing
  { is: "a search without a price", at: "gpt5", usage: { search: 2 }, nano_usd: 20_000_000, unpriced: ["search"] },
  // the dearest piece there is, a search
  { is: "an image without a price", at: "sonnet", usage: { image: 1 }, nano_usd: 10_000_000, unpriced: ["image"] },
  // 10 × 15,000
  {
    is: "tokens where only images are priced",
    at: "pictures",
    usage: { input: 10 },
    nano_usd: 150_000,
    unpriced: ["input"],
  },
  // 1 × 1,250 + 10 × 10,000 + 1 × 10,000,000
  {
    is: "several at once, in the order of the components",
    at: "gpt5",
    usage: { search: 1, audio_input: 10, input: 1 },
    nano_usd: 10_101_250,
    unpriced: ["audio_input", "search"],
  },

  // Free.
  { is: "a free model", at: "free", usage: { input: 1_000, cached_read: 10, output: 1_000 }, nano_usd: 0 },
  { is: "free reasoning follows free output", at: "free", usage: { reasoning: 1_000 }, nano_usd: 0 },
  {
    is: "free, but not priced for sound",
    at: "free",
    usage: { audio_input: 5 },
    nano_usd: 0,
    unpriced: ["audio_input"],
  },

  // Rounding: half up, once, at the end.
  { is: "0.5 becomes 1", at: "crumbs", usage: { input: 1 }, nano_usd: 1 },
  { is: "1.5 becomes 2", at: "crumbs", usage: { input: 3 }, nano_usd: 2 },
  { is: "2.5 becomes 3, not the even 2", at: "crumbs", usage: { input: 5 }, nano_usd: 3 },
  { is: "a whole amount stays", at: "crumbs", usage: { input: 2 }, nano_usd: 1 },
  { is: "0.25 becomes 0", at: "crumbs", usage: { cached_read: 1 }, nano_usd: 0 },
  { is: "0.5 + 0.25 becomes 1", at: "crumbs", usage: { input: 1, cached_read: 1 }, nano_usd: 1 },
  // each by itself would be 1 + 2
  {
    is: "0.5 + 1.5 is 2: the sum is rounded, not its parts",
    at: "crumbs",
    usage: { input: 1, output: 1 },
    nano_usd: 2,
  },
  // each by itself would be 0
  { is: "four times 0.25 are 1", at: "crumbs", usage: { cached_read: 4 }, nano_usd: 1 },
  { is: "0.499999 becomes 0", at: "below_half", usage: { input: 1 }, nano_usd: 0 },
  // 1 × 0.499999 + 1 × 0.499999 = 0.999998
  { is: "0.999998 becomes 1", at: "below_half", usage: { input: 1, output: 1 }, nano_usd: 1 },
  // 7 × 333.333333 = 2,333.333331
  { is: "a third that does not end", at: "odd", usage: { input: 7 }, nano_usd: 2_333 },

  // Small and large.
  { is: "one token of a $0.05 model", at: "gpt5_nano", usage: { input: 1 }, nano_usd: 50 },
  { is: "one cached token of it", at: "gpt5_nano", usage: { cached_read: 1 }, nano_usd: 5 },
  // 1,000,000,000 × 75,000: $75,000
  { is: "the largest count", at: "dear", usage: { input: MAX_USAGE_COUNT }, nano_usd: 75_000_000_000_000 },
  // 999,999,999 × 600,000; in millionths 6 × 10^20, beyond what a double counts exactly
  { is: "no digit is lost", at: "dear", usage: { output: 999_999_999 }, nano_usd: 599_999_999_400_000 },
  // 123,456,789 × 9,876,543,210 = 1,219,326,311,126,352,690, and 123,456,789 more: 1,219,326,311,249.809479 nano
  { is: "an odd price times a large count", at: "odd", usage: { output: 123_456_789 }, nano_usd: 1_219_326_311_250 },
];

describe("what a usage costs", () => {
  test("there are enough rows to mean something", () => expect(ROWS.length).toBeGreaterThanOrEqual(60));

  test.each(ROWS.map((row) => [row.is, row] as const))("%s", (_is, row) => {
    const cost = costOf(row.usage, PRICES[row.at]);
    expect(cost.cost_nano_usd).toBe(row.nano_usd);
    expect(cost.unpriced).toEqual(row.unpriced ?? []);
    expect(cost.tier_above_input_tokens).toBe(row.tier ?? null);
  });

  test("each line says the count, the rate and whose rate it was", () => {
    const usage = { input: 2, reasoning: 3, audio_input: 1, cached_read: 0 };
    expect(costOf(usage, PRICES.gpt5).lines).toEqual([
      { component: "input", count: 2, rate: 1_250_000_000, priced_as: "input" },
      { component: "reasoning", count: 3, rate: 10_000_000_000, priced_as: "output" },
      { component: "audio_input", count: 1, rate: 10_000_000_000, priced_as: null },
    ]);
  });
});

describe("figures that are no usage are refused, not charged", () => {
  test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, MAX_USAGE_COUNT + 1])("a count of %s", (count) => {
    expect(() => costOf({ input: count }, PRICES.gpt5)).toThrow(RangeError);
    // Also beside counts that would cancel it out, and in a component that the price does not know.
    expect(() => costOf({ output: 100, search: count }, PRICES.gpt5)).toThrow(RangeError);
  });

  test.each([-1, 0.5, Number.NaN, 2 ** 53])("a rate of %s", (rate) => {
    expect(() => costOf({ input: 1 }, price({ input: rate }))).toThrow(RangeError);
  });

  test("a sum that no wallet can hold", () => {
    // 1,000,000,000 searches at $0.01 are $10,000,000; a wallet holds 9,000,000 at most.
    expect(() => costOf({ search: MAX_USAGE_COUNT }, PRICES.sonnet)).toThrow(RangeError);
  });
});
