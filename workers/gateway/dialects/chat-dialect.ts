import type { Part } from "../../../schema/canonical/parts.ts";
import type { Usage, UsageComponent } from "../../../schema/canonical/usage.ts";
import type { ErrorEnvelope } from "../../../schema/http/error-response.ts";
import type { Refused } from "../../../schema/kernel/errors.ts";
import type { JsonObject } from "../../../schema/kernel/json.ts";
import type { ChatDialectId } from "../../../schema/wire/dialects.ts";
import type { ChatRequest } from "../../../schema/wire/openai-chat.ts";
import type { StreamRenderer } from "./stream-renderer.ts";

/** Something of a request that only a provider of the caller's own dialect can do. */
export interface NativeOnly {
  /** The path of the field, `tools[2]`. */
  readonly param: string;
  /** What a refusal says, for everybody else. */
  readonly message: string;
}

/** Something that a provider of the caller's dialect does, and bills by the piece. */
export interface PricedPiece {
  readonly component: UsageComponent;
  /** The path of the field, `tools[2]`. */
  readonly param: string;
  /** What a refusal says where the model has no price for it. */
  readonly message: string;
}

/** A caller's request, understood. */
export interface ParsedChat {
  /** The canonical request: what it is priced by, and what a provider of another dialect is sent a translation of. */
  readonly request: ChatRequest;
  readonly native_only: readonly NativeOnly[];
  /**
   * What the body may cost where it goes on as it came, when that is more than the canonical request tells: content of
   * unknown size, cache marks that have no place there. Only ever priced, never sent.
   */
  pricedNatively?(): ChatRequest;
  /** What its prompt is counted by there, when that is more than the canonical request: no content of unknown size. */
  countedNatively?(): ChatRequest;
  /** What is billed by the piece there: refused where the model has no price for it. */
  readonly pieces?: readonly PricedPiece[];
  /** Where a field of the canonical request stands in the caller's body, both as paths; absent where they are one. */
  pathOf?(param: string): string;
  /** What was lost on the way to the canonical request. They concern the caller only where that is what is sent. */
  readonly warnings: readonly string[];
}

export interface AnswerIdentity {
  /** One for the whole answer, with the dialect's own prefix. */
  readonly id: string;
  /** Seconds since the epoch. */
  readonly created: number;
  readonly model: string;
}

/** What rendering an answer needs of the request. */
export interface RenderContext {
  readonly identity: AnswerIdentity;
  readonly request: ChatRequest;
  /** The caller's body as it came. */
  readonly body: JsonObject;
}

/**
 * A wire format in which callers ask for a chat answer. A folder per dialect with the same files; registered in
 * pipeline/chat-dialects.ts. It knows nothing of providers.
 */
export interface ChatDialect {
  readonly id: ChatDialectId;
  /** The prefix of answer ids, `chatcmpl-`. */
  readonly id_prefix: string;
  /** Request headers that belong to the dialect and go on to a provider that speaks it. */
  readonly forwarded_headers: readonly string[];
  /** Validates and translates a body. A refusal names the first field at fault by its path in the caller's own body. */
  parse(body: JsonObject): ParsedChat | Refused;
  /** Renders the parts of a whole answer; `usage` is what is billed. */
  renderWhole(parts: readonly Part[], context: RenderContext, usage: Usage): Record<string, unknown>;
  /** Renders the stream of a provider of another dialect. */
  createRenderer(context: RenderContext): StreamRenderer;
  /** Passes the stream of a provider of this dialect. */
  createPassRenderer(context: RenderContext): StreamRenderer;
  /** An error as clients of this dialect read it. */
  readonly errorEnvelope: ErrorEnvelope;
}
