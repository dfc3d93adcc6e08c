/** The tokenizer worker's RPC: the only place with encodings in it, behind a service binding, off the request's path. */
export interface TokenizerRpc {
  /** Tokens of the prompt side of a chat request: messages, roles, names, tools, per-message overhead. */
  countChat(request: CountChatRequest): Promise<TokenCount>;
  /** Tokens of plain texts, in the order given. */
  countTexts(request: CountTextsRequest): Promise<readonly TokenCount[]>;
}

export const ENCODINGS = ["o200k_base", "cl100k_base"] as const;
export type Encoding = (typeof ENCODINGS)[number];

export interface CountChatRequest {
  readonly encoding: Encoding;
  /** OpenAI chat `messages` and `tools`, already validated. */
  readonly messages: readonly unknown[];
  readonly tools?: readonly unknown[];
}

export interface CountTextsRequest {
  readonly encoding: Encoding;
  readonly texts: readonly string[];
}

export interface TokenCount {
  readonly tokens: number;
  /** True when part of the text was bounded by bytes instead of being tokenized (a hostile or huge run). */
  readonly approximate: boolean;
}
