import type { ChatRequest } from "./openai-chat.ts";

/** The tokenizer worker's RPC: the only place with encodings in it, behind a service binding, off the request's path. */
export interface TokenizerRpc {
  /** Tokens of the prompt side of a chat request: messages, roles, names, tools, per-message overhead. */
  countChat(request: CountChatRequest): Promise<TokenCount>;
  /** Tokens of plain texts, in the order given. */
  countTexts(request: CountTextsRequest): Promise<readonly TokenCount[]>;
}

/** `sandbox`: the local provider's own tokens, so that what is counted for it equals what it bills. */
export const ENCODINGS = ["o200k_base", "cl100k_base", "sandbox"] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** The prompt's side of a chat request, already validated. */
export interface CountChatRequest extends Pick<ChatRequest, "messages" | "tools" | "response_format"> {
  readonly encoding: Encoding;
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
