import { MAX_USAGE_COUNT, USAGE_COMPONENTS, type Usage, type UsageComponent } from "../canonical/usage.ts";
import { MAX_NANO_USD, type NanoUsd, nanoUsd } from "../kernel/money.ts";
import { assert } from "../kernel/unreachable.ts";
import { componentRate, isPiece } from "./component-rate.ts";
import type { InputBound } from "./input-bound.ts";
import type { NanoUsdPerMillion, Price, Rates } from "./price.ts";

const OUTPUT_SIDE: ReadonlySet<UsageComponent> = new Set<UsageComponent>([
  "output",
  "reasoning",
  "audio_output",
  "image_output",
]);

/** All token components of both sides: what a usage may have when nothing is known of the request. */
const ALL_TOKENS: readonly UsageComponent[] = USAGE_COMPONENTS.filter((component) => !isPiece(component));

export interface CostBoundInput {
  readonly price: Price;
  readonly input_tokens_bound: number;
  /** The most tokens of one answer, reasoning included: the cap that is sent to the provider. */
  readonly output_tokens: number;
  /** How many answers: each may be as long. The prompt is billed once. Default 1. */
  readonly n?: number;
  /** The components that the usage may have (see `possibleComponents`). Default: every one. */
  readonly components?: readonly UsageComponent[];
  /** The most pieces there may be, `{ call: 1, search: 5 }` (see `possiblePieces`). Default: one call. */
  readonly pieces?: Usage;
}

export interface CostBound {
  /** At least the cost of any usage within the bound: what a hold reserves. */
  readonly hold_nano_usd: NanoUsd;
  /** The share of prompt and pieces: spent as soon as the request is dispatched, whatever comes back. */
  readonly input_nano_usd: NanoUsd;
}

const ONE_CALL: Usage = { call: 1 };

/**
 * The most a request can cost: every prompt token at the dearest rate that could apply to it (a cache write may cost more
 * than input), every answer token at the dearest of its side, over the base rates and each tier that the prompt may
 * reach. At least `costOf(usage, price)` for every usage with no more than these totals in these components.
 * A bound above what any wallet holds is given as that maximum: it is refused either way.
 */
export function costBound(input: CostBoundInput): CostBound {
  const rates = dearestRates(input);
  const before = beforeOutput(input, rates);
  const total = before + BigInt(input.output_tokens) * BigInt(input.n ?? 1) * BigInt(rates.output);
  return { hold_nano_usd: roundWithinRange(total), input_nano_usd: roundWithinRange(before) };
}

/**
 * The longest answer (per choice) that the money covers: the largest `output_tokens` whose bound is at most
 * `money_nano_usd`, or null when not even an empty answer is covered. At most MAX_USAGE_COUNT, also when output is free.
 */
export function affordableOutputTokens(
  money_nano_usd: NanoUsd,
  input: Omit<CostBoundInput, "output_tokens">,
): number | null {
  const rates = dearestRates({ ...input, output_tokens: 0 });
  // Half up: the rounded sum is at most the money exactly when the sum stays below money plus a half.
  const room = BigInt(money_nano_usd) * MILLION + MILLION / 2n - 1n - beforeOutput(input, rates);
  if (room < 0n) return null;
  const per_token = BigInt(input.n ?? 1) * BigInt(rates.output);
  if (per_token === 0n) return MAX_USAGE_COUNT;
  const tokens = room / per_token;
  return tokens > BigInt(MAX_USAGE_COUNT) ? MAX_USAGE_COUNT : Number(tokens);
}

/**
 * The components that the usage of this request can have under this price. A five-minute cache write counts whenever the
 * price has a rate for it, because some providers write by themselves; a one-hour write only when the request asks for it.
 * Writes without a rate are left out: they would be bounded at the output rate, for a provider that reports none.
 */
export function possibleComponents(input: InputBound, price: Price): readonly UsageComponent[] {
  const components: UsageComponent[] = ["input", "cached_read", "output", "reasoning"];
  if (price.rates.cached_write_5m !== undefined) components.push("cached_write_5m");
  if (input.caches_1h && price.rates.cached_write_1h !== undefined) components.push("cached_write_1h");
  if (input.images > 0) components.push("image_input");
  if (input.has_audio) components.push("audio_input");
  if (input.wants_audio) components.push("audio_output");
  if (input.wants_images) components.push("image_output");
  return components;
}

/** The most pieces that the usage of this request can have. */
export const possiblePieces = (input: InputBound): Usage =>
  input.searches_max === 0 ? ONE_CALL : { call: 1, search: input.searches_max };

const MILLION = 1_000_000n;

interface DearestRates {
  readonly input: NanoUsdPerMillion;
  readonly output: NanoUsdPerMillion;
  readonly pieces: Readonly<Partial<Record<UsageComponent, NanoUsdPerMillion>>>;
}

function dearestRates(input: CostBoundInput): DearestRates {
  const { price, pieces = ONE_CALL } = input;
  const reachable: Rates[] = [price.rates];
  for (const tier of price.tiers) {
    if (tier.above_input_tokens < input.input_tokens_bound) reachable.push(tier.rates);
  }
  const dearest = (component: UsageComponent): NanoUsdPerMillion =>
    Math.max(...reachable.map((rates) => componentRate(component, rates).rate));
  const side = { input: 0, output: 0 };
  for (const component of input.components ?? ALL_TOKENS) {
    assert(!isPiece(component), `${component} is bounded by pieces`);
    const name = OUTPUT_SIDE.has(component) ? "output" : "input";
    side[name] = Math.max(side[name], dearest(component));
  }
  const per_piece: Partial<Record<UsageComponent, NanoUsdPerMillion>> = {};
  for (const component of USAGE_COMPONENTS) {
    if (pieces[component] !== undefined) per_piece[component] = dearest(component);
  }
  return { ...side, pieces: per_piece };
}

/** Prompt and pieces, in millionths of a nano-USD. */
function beforeOutput(input: Pick<CostBoundInput, "input_tokens_bound" | "pieces">, rates: DearestRates): bigint {
  const { pieces = ONE_CALL } = input;
  let total = BigInt(input.input_tokens_bound) * BigInt(rates.input);
  for (const component of USAGE_COMPONENTS) {
    total += BigInt(pieces[component] ?? 0) * BigInt(rates.pieces[component] ?? 0);
  }
  return total;
}

function roundWithinRange(millionths: bigint): NanoUsd {
  const rounded = (millionths + MILLION / 2n) / MILLION;
  return nanoUsd(rounded > BigInt(MAX_NANO_USD) ? MAX_NANO_USD : Number(rounded));
}
