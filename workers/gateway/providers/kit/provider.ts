import type { Part, UpstreamError } from "../../../../schema/canonical/parts.ts";
import type { Refused } from "../../../../schema/kernel/errors.ts";
import type { JsonObject } from "../../../../schema/kernel/json.ts";
import type { ModelInfo } from "../../../../schema/pricing/price.ts";
import type { ChatDialectId } from "../../../../schema/wire/dialects.ts";
import type { ChatRequest } from "../../../../schema/wire/openai-chat.ts";
import type { EmbeddingsRequest } from "../../../../schema/wire/openai-embeddings.ts";
import type { RerankRequest } from "../../../../schema/wire/rerank.ts";
import type { ProviderSupport } from "./support.ts";

/** A configured upstream account, its credential already opened. Lives in memory only. */
export interface ProviderAccount {
  readonly id: string;
  readonly kind: string;
  /** Without a trailing slash. */
  readonly base_url: string;
  readonly credential: Readonly<Record<string, string>>;
  /** What the credential is called, where the provider has several. */
  readonly credential_name?: string;
  readonly region: string | null;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Who is asked, and for which of its models. */
export interface Target {
  readonly account: ProviderAccount;
  readonly model: ModelInfo;
}

export interface TranslateInput extends Target {
  /** The caller's request, validated. Never changed in place: a failover translates it again for another provider. */
  readonly request: ChatRequest;
  /** The output bound that was paid for, when the caller gave none and the provider or the wallet needs one. */
  readonly max_output_tokens: number | null;
  /**
   * What was fetched of `Translation.remote_media`, by its URL, as data URLs. Absent in the first translation, which is
   * made before anything is paid: it puts a placeholder where the medium will be.
   */
  readonly media?: ReadonlyMap<string, string>;
}

/** A request in a dialect that the provider speaks itself. */
export interface NativeInput extends TranslateInput {
  /** The caller's body as it came, in the caller's dialect. Never changed in place. */
  readonly body: JsonObject;
  /** The caller's headers that belong to the dialect and may go on, `anthropic-beta` for one. */
  readonly headers: Readonly<Record<string, string>>;
}

/** One upstream HTTP call: POST with a JSON body, or GET with none, as lists are asked for. */
export interface UpstreamCall {
  readonly method?: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Translation {
  readonly call: UpstreamCall;
  /** What was changed or left out on the way, one short clause each: sent as `x-ao-warnings`. */
  readonly warnings: readonly string[];
  /** Upstream tool name to the caller's, where the provider's alphabet is smaller. */
  readonly tool_names: ReadonlyMap<string, string>;
  /** The name of a tool that was forced in place of a JSON response format: its arguments are the content. */
  readonly json_tool: string | null;
  /** URLs of media that the provider cannot fetch itself: they are fetched, and the request is translated again. */
  readonly remote_media?: readonly string[];
}

/** One event of the provider's stream, its data still text. */
export interface UpstreamEvent {
  readonly event: string | null;
  readonly data: string;
}

/** Turns bytes into events, whatever the fragmentation. One per stream. */
export interface EventReader {
  /** The events that are complete now. Throws when the bytes are none of the format, or one event is too large. */
  feed(bytes: Uint8Array): readonly UpstreamEvent[];
  /** What the end of the stream completes. An event that is cut in the middle is dropped. */
  end(): readonly UpstreamEvent[];
}

/** A provider's stream as a fold: pure, so that it can be fed by the byte, cut anywhere and replayed. */
export interface StreamFold<State> {
  initial(translation: Translation): State;
  step(state: State, event: UpstreamEvent): { readonly state: State; readonly parts: readonly Part[] };
  /**
   * Of a provider that does not mark its end: whether everything has finished, so that the answer is whole although the
   * stream breaks off or falls silent before its last byte.
   */
  isComplete?(state: State): boolean;
}

/** How a chat answer is asked for and read, in one of the formats that a provider speaks. */
export interface ChatProtocol<Input extends TranslateInput = TranslateInput, State = unknown> {
  translate(input: Input): Translation | Refused;
  /** A whole answer as parts: start, content, finish, usage, end. */
  readWhole(body: JsonObject, translation: Translation): readonly Part[];
  readonly stream: StreamFold<State>;
}

/** A dialect that a provider speaks beside the one that requests are translated to: the caller's bytes go through. */
export interface NativeProtocol<State = unknown> extends ChatProtocol<NativeInput, State> {
  /** Where not every account of the kind speaks it. */
  readonly only?: {
    /** In words, for the documentation. */
    readonly where: string;
    holds(account: ProviderAccount): boolean;
  };
}

export interface EmbeddingsInput extends Target {
  readonly request: EmbeddingsRequest;
}

/** One vector per input, in the order of the inputs: numbers, or the base64 of little-endian 32-bit floats. */
export interface EmbeddingsAnswer {
  readonly vectors: readonly (readonly number[] | string)[];
  /** Start, usage, and end; or an error. */
  readonly parts: readonly Part[];
}

export interface EmbeddingsProtocol {
  translate(input: EmbeddingsInput): Translation | Refused;
  /** `headers` are the answer's: some providers tell there what was used. */
  readWhole(body: JsonObject, headers?: Headers): EmbeddingsAnswer;
}

export interface RerankInput extends Target {
  readonly request: RerankRequest;
}

/** The documents that fit best, best first. */
export interface RerankAnswer {
  readonly results: readonly { readonly index: number; readonly relevance_score: number }[];
  readonly parts: readonly Part[];
}

export interface RerankProtocol {
  translate(input: RerankInput): Translation | Refused;
  readWhole(body: JsonObject): RerankAnswer;
}

/** What authorising a call may use. */
export interface AuthorizeTools {
  /** Checked: it reaches what a configured URL may reach and follows no redirect. */
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export type Authorized =
  | { readonly headers: Readonly<Record<string, string>> }
  /** No token could be had: nothing is sent. */
  | { readonly failed: UpstreamError };

/** What is asked of a provider outside of inference: its list of models. */
export interface ModelListing {
  readonly request: {
    readonly url: string;
    readonly method?: "GET" | "POST";
    readonly headers: Readonly<Record<string, string>>;
  };
  /** The ids in one page of the answer, and the URL of the next page or null. */
  read(body: JsonObject): { readonly ids: readonly string[]; readonly next_url: string | null };
}

/** What one kind of provider is. A folder per kind, the same files in each; registered in providers/registry.ts. */
export interface ProviderAdapter<State = unknown> extends ChatProtocol<TranslateInput, State> {
  readonly kind: string;
  /** When set, answers are in this dialect already: they pass to a caller of the same dialect untouched. */
  readonly native_dialect: "openai-chat" | null;
  /** Other dialects that the provider speaks itself. */
  readonly natives?: Readonly<Partial<Record<ChatDialectId, NativeProtocol>>>;
  readonly embeddings?: EmbeddingsProtocol;
  readonly rerank?: RerankProtocol;
  /** Which parameters and features it takes, and what becomes of the others. */
  readonly support: ProviderSupport;
  /** The framing of its streams; server-sent events when absent. */
  createReader?(): EventReader;
  /** Headers that can only be made at the call: a fetched token, a signature over the body. Added to those of the call. */
  authorize?(call: UpstreamCall, account: ProviderAccount, tools: AuthorizeTools): Promise<Authorized>;
  /** How its list of models is asked for; absent where there is none. */
  listModels?(account: ProviderAccount): ModelListing;
  /** Classifies a non-2xx answer by status and code. `body` is at most LIMITS.upstream_error_bytes long. */
  readError(status: number, headers: Headers, body: string): UpstreamError;
}
