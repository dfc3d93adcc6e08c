import type { UsageComponent } from "../canonical/usage.ts";
import type { Encoding } from "../wire/tokenizer-rpc.ts";

/** Nano-USD per one million units of a component: an integer ≥ 0. 1 USD per million tokens is 1e9. */
export type NanoUsdPerMillion = number;

export type Rates = Partial<Record<UsageComponent, NanoUsdPerMillion>>;

/** The price of one model from one moment on. */
export interface Price {
  /** Names this very price for ever, `openai/gpt-5@2025-08-07`: the hold and the settlement use the same one. */
  readonly price_id: string;
  /** Milliseconds since the epoch. */
  readonly effective_from: number;
  readonly rates: Rates;
  /** Other rates for the whole request once its prompt has more tokens than this. Ascending. */
  readonly tiers: readonly { readonly above_input_tokens: number; readonly rates: Rates }[];
  /** Rates of the provider's other service tiers (`flex`, `priority`), by the names that it calls them. */
  readonly service_tiers?: Readonly<Record<string, Rates>>;
}

/** What a model can do and is bounded by; what routing, validation and the estimate need of it. */
export interface ModelInfo {
  /** As the provider's API calls it. */
  readonly upstream_id: string;
  readonly aliases: readonly string[];
  readonly context_tokens: number;
  readonly max_output_tokens: number;
  /** The most prompt tokens that one image costs, at the highest detail; absent where it is not known. */
  readonly image_tokens_max?: number;
  readonly encoding: Encoding | null;
  readonly capabilities: readonly ModelCapability[];
  /** Newest first. */
  readonly prices: readonly Price[];
}

export const MODEL_CAPABILITIES = [
  "chat",
  "embeddings",
  "rerank",
  "tools",
  "vision",
  "audio",
  "json_schema",
  "reasoning",
  /** Takes `max_completion_tokens` and not `max_tokens`. */
  "max_completion_tokens",
] as const;
export type ModelCapability = (typeof MODEL_CAPABILITIES)[number];
