import type { Part, UpstreamError } from "../../../../schema/canonical/parts.ts";
import type { Refused } from "../../../../schema/kernel/errors.ts";
import type { JsonObject } from "../../../../schema/kernel/json.ts";
import type { ModelInfo } from "../../../../schema/pricing/price.ts";
import type { ChatRequest } from "../../../../schema/wire/openai-chat.ts";

/** A configured upstream account, its credential already opened. Lives in memory only. */
export interface ProviderAccount {
  readonly id: string;
  readonly kind: string;
  /** Without a trailing slash. */
  readonly base_url: string;
  readonly credential: Readonly<Record<string, string>>;
  readonly region: string | null;
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface TranslateInput {
  /** The caller's request, validated. Never changed in place: a failover translates it again for another provider. */
  readonly request: ChatRequest;
  readonly account: ProviderAccount;
  readonly model: ModelInfo;
  /** The output bound that was paid for, when the caller gave none and the provider or the wallet needs one. */
  readonly max_output_tokens: number | null;
}

/** One upstream HTTP call: always POST with a JSON body. */
export interface UpstreamCall {
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
}

/** One server-sent event of the provider, its data still text. */
export interface UpstreamEvent {
  readonly event: string | null;
  readonly data: string;
}

/** A provider's stream as a fold: pure, so that it can be fed by the byte, cut anywhere and replayed. */
export interface StreamFold<State> {
  initial(translation: Translation): State;
  step(state: State, event: UpstreamEvent): { readonly state: State; readonly parts: readonly Part[] };
}

/** What one kind of provider is. A folder per kind, the same files in each; registered in providers/registry.ts. */
export interface ProviderAdapter<State = unknown> {
  readonly kind: string;
  /** When set, answers are in this dialect already: they pass to a caller of the same dialect untouched. */
  readonly native_dialect: "openai-chat" | null;
  /** Whether an output bound must be sent although the caller gave none. */
  readonly needs_max_tokens: boolean;
  translate(input: TranslateInput): Translation | Refused;
  /** A whole answer as parts: start, content, finish, usage, end. */
  readWhole(body: JsonObject, translation: Translation): readonly Part[];
  readonly stream: StreamFold<State>;
  /** Classifies a non-2xx answer by status and code. `body` is at most LIMITS.upstream_error_bytes long. */
  readError(status: number, headers: Headers, body: string): UpstreamError;
}
