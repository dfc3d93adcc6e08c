import { canonicalJson } from "../kernel/json.ts";
import type { ChatMessage, ChatRequest, ContentPart } from "../wire/openai-chat.ts";
import { withoutCacheControl } from "./normal-request.ts";

/**
 * The longest text that is looked up by meaning. An embedding blurs a longer one: two documents that differ in one
 * figure are as near as two copies.
 */
export const CACHE_TEXT_CHARS_MAX = 2_000;

export interface CacheText {
  /** What is embedded, compared and judged: the last turn, which is the user's. */
  readonly text: string;
  /**
   * Everything said before it, system prompt included, as canonical JSON. It is a part of the partition, so the same
   * last turn under another conversation is never met, and a short "and in winter?" is safe.
   */
  readonly context: string;
}

/**
 * The text by which a request is looked up by meaning, or null where it must not be: the last turn is not the user's (a
 * tool's result, the beginning of an answer), is not text alone, is blank or longer than CACHE_TEXT_CHARS_MAX, or
 * anything before it is not text.
 */
export function cacheText(request: Pick<ChatRequest, "messages">): CacheText | null {
  const last = request.messages.at(-1);
  if (last?.role !== "user") return null;
  const before = request.messages.slice(0, -1);
  if (!before.every((message) => isText(message.content))) return null;
  const text = textOf(last.content);
  if (text === null || text === "" || text.length > CACHE_TEXT_CHARS_MAX) return null;
  return { text, context: contextOf(request.messages) };
}

/** The messages but the words of the last turn, which keeps what else it has, such as a name. */
export function contextOf(messages: readonly ChatMessage[]): string {
  const last = messages.at(-1);
  const { content: _, ...rest } = last === undefined ? { content: null } : last;
  return canonicalJson([...messages.slice(0, -1), rest].map(withoutCacheControl));
}

/** The text of a turn without blank lines before it and white space behind it, or null where it is not text alone. */
function textOf(content: string | readonly ContentPart[]): string | null {
  if (typeof content === "string") return trimmed(content);
  const texts: string[] = [];
  for (const part of content) {
    if (part.type !== "text") return null;
    texts.push(part.text);
  }
  return trimmed(texts.join("\n"));
}

/** The indent of a first line stays: in code it says something. */
export const trimmed = (text: string): string => text.replace(/^(?:[^\S\n]*\n)+/, "").trimEnd();

function isText(content: ChatMessage["content"]): boolean {
  if (content === null || content === undefined || typeof content === "string") return true;
  return content.every(({ type }) => type === "text" || type === "refusal");
}
