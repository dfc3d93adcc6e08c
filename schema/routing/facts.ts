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
  readonly feature: string | null;
  readonly subject: string | null;
  /** Two letters, as the edge tells it. */
  readonly country: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
  /** About: a token for four bytes of what is sent. */
  readonly input_tokens: number;
  /** The caller's own bound. */
  readonly max_output_tokens: number | null;
  readonly tools: boolean;
  readonly images: boolean;
  readonly json: boolean;
  readonly reasoning: boolean;
  readonly stream: boolean;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** The facts that are compared as texts, as numbers, and as yes or no. */
export const TEXT_FACTS = ["model", "operation", "dialect", "key", "wallet", "feature", "subject", "country"] as const;
export const NUMBER_FACTS = ["input_tokens", "max_output_tokens"] as const;
export const FLAG_FACTS = ["tools", "images", "json", "reasoning", "stream"] as const;
