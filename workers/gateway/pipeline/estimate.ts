import type { NanoUsd } from "../../../schema/kernel/money.ts";
import {
  affordableOutputTokens,
  type CostBoundInput,
  costBound,
  possibleComponents,
  possiblePieces,
} from "../../../schema/pricing/estimate.ts";
import { type InputBound, inputBound } from "../../../schema/pricing/input-bound.ts";
import type { Price } from "../../../schema/pricing/price.ts";
import type { ChatRequest } from "../../../schema/wire/openai-chat.ts";
import { MAX_RATE, type TokenWants } from "../../../schema/wire/rate-limits.ts";
import { expectedOutputTokens } from "./output-history.ts";
import type { Attempt } from "./plan.ts";

/**
 * How far the output is bounded before the call.
 * `bounded`: the hold covers all that may come, and the provider is told the bound.
 * `growing`: a stream without a bound of the caller's; the hold covers a first stretch and grows with the delivery.
 */
export type OutputMode = "bounded" | "growing";

/** What a request may cost, before it is made. All output figures are tokens over all choices. */
export interface Estimate {
  /** No prompt made of this request has more tokens. */
  readonly input_tokens_bound: number;
  /** Whether the prompt holds something of unknown size (a file by its id, a search): then no count is a bound. */
  readonly input_unknown: boolean;
  readonly mode: OutputMode;
  readonly choices: number;
  /** What the first hold covers. */
  readonly held_output_tokens: number;
  /** The most that can come. */
  readonly output_tokens_max: number;
  /** Set when the bound is ours and not the caller's, per choice: it is sent to the provider. */
  readonly imposed_max_tokens: number | null;
  readonly hold_nano_usd: NanoUsd;
  /** What expiry charges before the first checkpoint. */
  readonly committed_nano_usd: NanoUsd;
  /** What it takes of limits on tokens. */
  readonly tokens: TokenWants;
  /** The cost bound of the whole prompt with that many output tokens. */
  costWith(output_tokens: number): NanoUsd;
  /** The most output tokens that an amount covers beside the prompt; null when not even the prompt fits. */
  affordable(amount: NanoUsd): number | null;
}

/** Output that a stream may deliver before its first checkpoint: most answers are shorter and never need one. */
export const FIRST_STRETCH_TOKENS = 2_048;

export interface EstimateOptions {
  /** The counted prompt, in place of the bound from its bytes. */
  readonly input_tokens?: number;
  /** A bound per choice that the wallet imposes, in place of the model's own maximum. */
  readonly imposed_max_tokens?: number;
}

/** Estimates a chat request for one attempt. Pure but for the learned length of a model's answers. */
export function estimateChat(request: ChatRequest, attempt: Attempt, options: EstimateOptions = {}): Estimate {
  const { model, price, name } = attempt;
  const input = inputBound(request, model);
  const input_tokens_bound = options.input_tokens ?? input.tokens_bound;
  const choices = request.n ?? 1;
  const asked = request.max_completion_tokens ?? request.max_tokens ?? options.imposed_max_tokens ?? null;
  const stream = request.stream === true;
  // Hidden reasoning is billed and never delivered, so a hold that grows with the delivery would lag behind it.
  const mode: OutputMode =
    asked === null && stream && !model.capabilities.includes("reasoning") ? "growing" : "bounded";
  const output_tokens_max = (asked ?? model.max_output_tokens) * choices;
  const expected_output_tokens = Math.min(output_tokens_max, expectedOutputTokens(name) * choices);
  const held_output_tokens = mode === "growing" ? expected_output_tokens : output_tokens_max;
  const base = boundInput(price, input, input_tokens_bound);
  const costWith = (output_tokens: number): NanoUsd => costBound({ ...base, output_tokens }).hold_nano_usd;
  return {
    input_tokens_bound,
    input_unknown: input.unknown_size,
    mode,
    choices,
    held_output_tokens,
    output_tokens_max,
    imposed_max_tokens: options.imposed_max_tokens ?? null,
    hold_nano_usd: costWith(held_output_tokens),
    tokens: tokenWants(input_tokens_bound, asked === null ? null : output_tokens_max, expected_output_tokens),
    committed_nano_usd: costWith(stream ? Math.min(held_output_tokens, FIRST_STRETCH_TOKENS) : 0),
    costWith,
    affordable: (amount) => affordableOutputTokens(amount, base),
  };
}

/** Estimates a request that has a prompt and no answer to pay for: embeddings, a ranking. */
export function estimateInput(input: InputBound, attempt: Attempt, options: EstimateOptions = {}): Estimate {
  const input_tokens_bound = options.input_tokens ?? input.tokens_bound;
  const base = boundInput(attempt.price, input, input_tokens_bound);
  const hold_nano_usd = costBound({ ...base, output_tokens: 0 }).hold_nano_usd;
  return {
    input_tokens_bound,
    input_unknown: input.unknown_size,
    mode: "bounded",
    choices: 1,
    held_output_tokens: 0,
    output_tokens_max: 0,
    imposed_max_tokens: null,
    hold_nano_usd,
    tokens: tokenWants(input_tokens_bound, 0, 0),
    committed_nano_usd: hold_nano_usd,
    costWith: () => hold_nano_usd,
    affordable: (amount) => (amount < hold_nano_usd ? null : 0),
  };
}

/**
 * Prompt and answer. A bound of the caller's is reserved whole. Without one the answer is guessed, as what answers of the
 * model were lately: the model's own maximum would use up most limits with one request, and what is wrong about a guess is
 * put right at the end.
 */
function tokenWants(input: number, bound: number | null, expected: number): TokenWants {
  const tokens_least = Math.min(MAX_RATE, input + (bound ?? 0));
  return { tokens_least, tokens_estimate: Math.min(MAX_RATE, input + (bound ?? expected)) };
}

const boundInput = (
  price: Price,
  input: InputBound,
  input_tokens_bound: number,
): Omit<CostBoundInput, "output_tokens"> => ({
  price,
  input_tokens_bound,
  components: possibleComponents(input, price),
  pieces: possiblePieces(input),
});
