import type { Part } from "../../../../schema/canonical/parts.ts";
import type { Usage } from "../../../../schema/canonical/usage.ts";
import type { JsonObject } from "../../../../schema/kernel/json.ts";
import type { ChatRequest } from "../../../../schema/wire/openai-chat.ts";
import type { AnswerIdentity } from "../../dialects/chat-dialect.ts";
import type { StreamRenderer } from "../../dialects/stream-renderer.ts";

/** Renders an answer that was kept as parts, for a caller of any dialect. */
export interface Replay {
  renderWhole(parts: readonly Part[], identity: AnswerIdentity, usage: Usage): object;
  createRenderer(identity: AnswerIdentity): StreamRenderer;
}

/** What the response cache needs to know of a chat. */
export interface ChatCaching {
  readonly kind: "chat";
  /** Why such a request is never answered from the cache; null where it may be. */
  readonly unfit: string | null;
  readonly request: ChatRequest;
  /** What else decides the answer: the caller's own body, where that is what the provider is sent. */
  readonly natives: NativeBody | null;
  readonly replay: Replay;
}

export interface NativeBody {
  readonly dialect: string;
  readonly body: JsonObject;
  /** Headers that go along. */
  readonly forwarded: Readonly<Record<string, string>>;
}

/** The same of a request whose answer is kept as the text that the caller got. */
export interface TextsCaching {
  readonly kind: "embeddings" | "rerank";
  readonly unfit: null;
  /** All of it, but who asks and for which model. */
  readonly request: JsonObject;
  readonly replay: null;
}

/** What the response cache needs to know of an operation. */
export type Caching = ChatCaching | TextsCaching;
