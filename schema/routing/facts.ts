import type { HealthLookup } from "../health/target-health.ts";

/** What a rule can ask of a request: known before a provider is chosen, without any wait. Never prompt text. */
export interface RequestFacts {
  /** As the caller names it; it need not exist. */
  readonly model: string;
  readonly operation: "chat" | "embeddings" | "rerank";
  /** The caller's: `openai-chat`, `anthropic-messages`, … */
  readonly dialect: string;
  /** Ids. */
  readonly key: string;
  readonly wallet: string;
  /** What the key's wallet is booked to: a team's id, and a cost center as it is named there. */
  readonly team: string | null;
  readonly cost_center: string | null;
  readonly feature: string | null;
  readonly subject: string | null;
  /** What belongs together for the caller: a conversation, a visit. */
  readonly session: string | null;
  /** Two letters, as the edge tells it. */
  readonly country: string | null;
  /** Its continent, and the unions that it belongs to, see regions.ts. Empty where the country is not known. */
  readonly regions: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
  /** About: a token for four bytes of what is sent. */
  readonly input_tokens: number;
  /** The caller's own bound. */
  readonly max_output_tokens: number | null;
  /** What the request would about cost at the model that was asked for; null where that has no price here. */
  readonly estimated_cost_nano_usd: number | null;
  /**
   * How much of its limit the key's wallet, or the most used one above it, has spent in this period, in percent to the
   * hundredth; null where none has a limit, or it is not known. A few seconds old: the hold is what counts exactly.
   */
  readonly wallet_used_percent: number | null;
  readonly tools: boolean;
  readonly images: boolean;
  readonly json: boolean;
  readonly reasoning: boolean;
  readonly stream: boolean;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** How providers and models are. */
  readonly health: HealthLookup;
}

/** The facts that are compared as texts, as numbers, and as yes or no. */
export const TEXT_FACTS = [
  "model",
  "operation",
  "dialect",
  "key",
  "wallet",
  "team",
  "cost_center",
  "feature",
  "subject",
  "country",
] as const;
export const NUMBER_FACTS = ["input_tokens", "max_output_tokens", "wallet_used_percent"] as const;
/** Those of `health` that are compared as numbers. */
export const HEALTH_FIGURES = [
  "latency_p50_ms",
  "latency_p95_ms",
  "first_byte_p50_ms",
  "first_byte_p95_ms",
  "error_rate",
] as const;
export const FLAG_FACTS = ["tools", "images", "json", "reasoning", "stream"] as const;
