/**
 * The wire formats in which callers speak to the gateway: one for each route that spends. The first four ask for a chat
 * answer and can have any provider behind them.
 */
export const CHAT_DIALECTS = ["openai-chat", "openai-completions", "openai-responses", "anthropic-messages"] as const;
export type ChatDialectId = (typeof CHAT_DIALECTS)[number];

export const DIALECTS = [...CHAT_DIALECTS, "openai-embeddings", "rerank"] as const;
export type DialectId = (typeof DIALECTS)[number];
