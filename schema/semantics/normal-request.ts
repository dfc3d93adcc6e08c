import type { ChatMessage, ChatRequest, ContentPart } from "../wire/openai-chat.ts";

/** A request without what cannot change its answer, and with one form for what has several. */

/**
 * Fields that say how an answer is delivered, paid for or watched, not what it is. Everything else counts, fields that
 * we do not know included. `metadata` counts too: what a provider does with it is the provider's affair.
 */
const WITHOUT_EFFECT = [
  "model",
  "messages",
  "stream",
  "stream_options",
  "user",
  "service_tier",
  "safety_identifier",
  "prompt_cache_key",
  "prompt_cache_retention",
] as const;

/** What a field means where it is left out, with every provider. A temperature has no such value. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  n: 1,
  logprobs: false,
  store: false,
  presence_penalty: 0,
  frequency_penalty: 0,
};

/**
 * Everything of a request but model and messages, in one form: null, an empty list or an empty record is a field left
 * out, one stop sequence is a list of one, and the older name of the bound on the answer gives way to the newer.
 */
export function normalParameters(request: ChatRequest): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(request)) {
    if (WITHOUT_EFFECT.some((known) => known === name) || isLeftOut(name, value)) continue;
    fields[name] = value;
  }
  if (typeof request.stop === "string") fields.stop = [request.stop];
  if (request.max_tokens !== undefined && request.max_tokens !== null) {
    fields.max_completion_tokens ??= request.max_tokens;
    delete fields.max_tokens;
  }
  if (request.response_format?.type === "text" && Object.keys(request.response_format).length === 1) {
    delete fields.response_format;
  }
  if (request.tools && request.tools.length > 0) {
    fields.tools = request.tools.map(({ cache_control: _, ...tool }) => tool);
    // With tools, `auto` is what is done where nothing is said.
    if (request.tool_choice === "auto") delete fields.tool_choice;
  }
  return fields;
}

function isLeftOut(name: string, value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (Object.hasOwn(DEFAULTS, name)) return value === DEFAULTS[name];
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/**
 * A message without the marks of a provider's prompt cache, which change its price alone. A content that is one part of
 * text is that text.
 */
export function withoutCacheControl(message: Partial<ChatMessage>): Record<string, unknown> {
  const { cache_control: _, ...rest }: Record<string, unknown> = message;
  const { content } = message;
  if (!Array.isArray(content)) return rest;
  return { ...rest, content: normalContent(content) };
}

function normalContent(content: readonly ContentPart[]): unknown {
  const parts = content.map(({ cache_control: _, ...part }) => part);
  const [first] = parts;
  const plain = parts.length === 1 && first?.type === "text" && Object.keys(first).length === 2;
  return plain ? first.text : parts;
}
