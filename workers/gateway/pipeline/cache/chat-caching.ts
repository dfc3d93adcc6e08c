import type { JsonObject } from "../../../../schema/kernel/json.ts";
import type { ChatMessage } from "../../../../schema/wire/openai-chat.ts";
import type { ChatDialect, ParsedChat } from "../../dialects/chat-dialect.ts";
import type { ChatCaching } from "./caching.ts";

export interface ChatToCache {
  readonly dialect: ChatDialect;
  readonly parsed: ParsedChat;
  readonly body: JsonObject;
  /** The body goes to the provider as it came, because it speaks the caller's dialect. */
  readonly passes_body: boolean;
  /** Headers of the dialect that go along then. */
  readonly forwarded: Readonly<Record<string, string>>;
}

/**
 * A chat as the cache sees it. What is sent is a translation of the canonical request, so two dialects share an answer;
 * only where the caller's own body is sent, what that says beyond the canonical request counts, too.
 */
export function chatCaching({ dialect, parsed, body, passes_body, forwarded }: ChatToCache): ChatCaching {
  const { request } = parsed;
  return {
    kind: "chat",
    unfit: unfitReason(parsed),
    request,
    natives: passes_body && dialect.id !== "openai-chat" ? { dialect: dialect.id, body, forwarded } : null,
    replay: {
      renderWhole: (parts, identity, usage) => dialect.renderWhole(parts, { identity, request, body }, usage),
      createRenderer: (identity) => dialect.createRenderer({ identity, request, body }),
    },
  };
}

/** Answers to these are more than parts can say, depend on what may change meanwhile, or are one of many by intent. */
function unfitReason({ request, native_only, pieces = [] }: ParsedChat): string | null {
  if (native_only.length > 0 || pieces.length > 0) return "native_feature";
  if (request.web_search_options != null) return "web_search";
  if (request.n != null && request.n > 1) return "several_choices";
  if (request.logprobs === true || (request.top_logprobs ?? 0) > 0) return "logprobs";
  if (request.audio != null || request.modalities?.some((modality) => modality !== "text")) return "audio";
  return request.messages.some(hasMedia) ? "media" : null;
}

/** What a URL shows may change, and a picture is no text that could be checked for what must not be kept. */
const hasMedia = ({ content }: ChatMessage): boolean =>
  Array.isArray(content) && content.some(({ type }) => type !== "text" && type !== "refusal");
