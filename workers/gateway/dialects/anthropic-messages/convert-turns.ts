import { isRefused, type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import type { MessagesBlock, MessagesRequest } from "../../../../schema/wire/anthropic-messages.ts";
import { markRedacted, markSignature } from "../../providers/kit/thinking-signature.ts";
import type { Place } from "../callers-place.ts";
import type { NativeOnly } from "../chat-dialect.ts";

/** A canonical message, still to be checked, and where it stands in the caller's body. */
export interface PlacedMessage {
  readonly message: object;
  readonly own: string;
  /** Of its own fields, `content[0]`. */
  readonly fields: readonly Place[];
}

/** Some of the canonical messages. */
interface Converted {
  readonly messages: readonly PlacedMessage[];
  readonly native_only: readonly NativeOnly[];
  readonly warnings: readonly string[];
}

type Content = MessagesRequest["messages"][number]["content"];

const asBlocks = (content: Content): readonly MessagesBlock[] =>
  typeof content === "string" ? [{ type: "text", text: content }] : content;

const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);

type CacheMark = NonNullable<MessagesBlock["cache_control"]>;

const LOST_MARK = "cache_control inside a turn left out: there it is possible on texts, images and results only";

/** What of a document has no place in the canonical request. */
const lostOf = (block: MessagesBlock): readonly string[] =>
  block.type !== "document"
    ? []
    : DOCUMENT_FIELDS.filter((name) => (block[name] ?? null) !== null).map(
        (name) => `${name} of a document left out: the provider has no equivalent`,
      );

const DOCUMENT_FIELDS = ["citations", "context"] as const;

const cached = ({ cache_control }: MessagesBlock) => (cache_control ? { cache_control } : {});

/** The instructions as one system message whose parts keep their cache marks. */
export function convertSystem(system: MessagesRequest["system"]): Converted | Refused {
  if (system === null || system === undefined) return { messages: [], native_only: [], warnings: [] };
  const parts: object[] = [];
  const fields: Place[] = [];
  for (const [at, block] of asBlocks(system).entries()) {
    const own = pathOf("system", system, at);
    const text = textOf(block.text);
    if (block.type !== "text" || text === null) {
      return refuse("invalid_request", { param: own, message: "Instructions are text." });
    }
    if (text === "") continue;
    fields.push({ canonical: `content[${parts.length}]`, own });
    parts.push({ type: "text", text, ...cached(block) });
  }
  const message = { role: "system", content: parts };
  return {
    messages: parts.length === 0 ? [] : [{ message, own: "system", fields }],
    native_only: [],
    warnings: [],
  };
}

/** The path of a block: content that is a text has no blocks. */
const pathOf = (path: string, content: Content, at: number): string =>
  typeof content === "string" ? path : `${path}.${at}`;

/** The turns: a tool's results become messages of their own, before the rest of the user's turn. */
export function convertTurns(turns: MessagesRequest["messages"]): Converted | Refused {
  const messages: PlacedMessage[] = [];
  const native_only: NativeOnly[] = [];
  const warnings: string[] = [];
  for (const [at, { role, content }] of turns.entries()) {
    const path = `messages.${at}.content`;
    const converted = role === "user" ? convertUser(content, path) : convertAssistant(content, path);
    if (isRefused(converted)) return converted;
    messages.push(...converted.messages);
    native_only.push(...converted.native_only);
    warnings.push(...converted.warnings);
  }
  if (messages.length === 0) {
    return refuse("invalid_request", { param: "messages", message: "There is no message for the model to answer." });
  }
  return { messages, native_only, warnings: [...new Set(warnings)] };
}

function convertUser(content: Content, path: string): Converted | Refused {
  const results: PlacedMessage[] = [];
  const parts: object[] = [];
  const fields: Place[] = [];
  const native_only: NativeOnly[] = [];
  const warnings: string[] = [];
  let mark: CacheMark | null = null;
  for (const [at, block] of asBlocks(content).entries()) {
    const own = pathOf(path, content, at);
    if (block.type === "tool_result") {
      const result = convertResult(block, own);
      if (isRefused(result)) return result;
      results.push(result.message);
      native_only.push(...result.native_only);
      warnings.push(...result.warnings);
      continue;
    }
    const part = convertPart(block, own);
    if (isRefused(part)) return part;
    if ("param" in part) native_only.push(part);
    else {
      if (mark !== null) warnings.push(LOST_MARK);
      mark = part.mark ?? null;
      warnings.push(...lostOf(block));
      fields.push({ canonical: `content[${parts.length}]`, own });
      parts.push(part.part);
    }
  }
  const message = { role: "user", content: parts, ...(mark === null ? {} : { cache_control: mark }) };
  const own = parts.length === 0 ? [] : [{ message, own: path, fields }];
  // A turn of which nothing is known but that it is somebody's: the provider of the dialect gets it as it came.
  const nothing = results.length === 0 && own.length === 0;
  const empty = nothing ? [{ message: { role: "user", content: "" }, own: path, fields: [] }] : [];
  return { messages: [...results, ...own, ...empty], native_only, warnings };
}

interface ConvertedResult {
  readonly message: PlacedMessage;
  readonly native_only: readonly NativeOnly[];
  readonly warnings: readonly string[];
}

function convertResult(block: MessagesBlock, path: string): ConvertedResult | Refused {
  const tool_call_id = textOf(block.tool_use_id);
  if (tool_call_id === null) {
    return refuse("invalid_request", {
      param: `${path}.tool_use_id`,
      message: "A result names the call that it is of.",
    });
  }
  const parts: object[] = [];
  const fields: Place[] = [{ canonical: "tool_call_id", own: `${path}.tool_use_id` }];
  const native_only: NativeOnly[] = [];
  const warnings: string[] = [];
  const { content } = block;
  const inner = Array.isArray(content) ? content : content === undefined || content === null ? [] : [content];
  for (const [at, item] of inner.entries()) {
    const own = Array.isArray(content) ? `${path}.content.${at}` : `${path}.content`;
    const known: MessagesBlock | null =
      typeof item === "string" ? { type: "text", text: item } : isBlock(item) ? item : null;
    if (known === null) {
      return refuse("invalid_request", {
        param: own,
        message: "A tool's result is a text or a list of content blocks.",
      });
    }
    const part = convertPart(known, own);
    if (isRefused(part)) return part;
    if ("param" in part) native_only.push(part);
    else {
      // The message's own mark is that of the result.
      if (part.mark) warnings.push(LOST_MARK);
      warnings.push(...lostOf(known));
      fields.push({ canonical: `content[${parts.length}]`, own });
      parts.push(part.part);
    }
  }
  const message = {
    role: "tool",
    tool_call_id,
    content: parts,
    ...(block.is_error === true ? { is_error: true } : {}),
    ...cached(block),
  };
  return { message: { message, own: path, fields }, native_only, warnings };
}

const isBlock = (value: unknown): value is MessagesBlock =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";

interface ConvertedPart {
  readonly part: object;
  /** A cache mark that the part cannot have itself: only its message can, where the part is its last. */
  readonly mark?: CacheMark | null;
}

function convertPart(block: MessagesBlock, path: string): ConvertedPart | NativeOnly | Refused {
  switch (block.type) {
    case "text": {
      const text = textOf(block.text);
      if (text === null) return refuse("invalid_request", { param: `${path}.text`, message: "must be a text" });
      return { part: { type: "text", text, ...cached(block) } };
    }
    case "image":
    case "document":
      return convertMedium(block, path);
    default:
      return { param: path, message: `Only Anthropic's own models take content of type ${block.type.slice(0, 60)}.` };
  }
}

interface Source {
  readonly type?: unknown;
  readonly media_type?: unknown;
  readonly data?: unknown;
  readonly url?: unknown;
}

const isSource = (value: unknown): value is Source => typeof value === "object" && value !== null;

function convertMedium(block: MessagesBlock, path: string): ConvertedPart | NativeOnly | Refused {
  const { source } = block;
  if (!isSource(source)) return refuse("invalid_request", { param: `${path}.source`, message: "must be an object" });
  const { type, media_type, data, url } = source;
  if (type === "base64" && typeof media_type === "string" && typeof data === "string") {
    const data_url = `data:${media_type};base64,${data}`;
    if (block.type === "image") return { part: { type: "image_url", image_url: { url: data_url }, ...cached(block) } };
    const filename = textOf(block.title) ?? "document.pdf";
    return { part: { type: "file", file: { filename, file_data: data_url } }, mark: block.cache_control ?? null };
  }
  if (block.type === "image" && type === "url" && typeof url === "string") {
    return { part: { type: "image_url", image_url: { url }, ...cached(block) } };
  }
  if (block.type === "document" && type === "text" && typeof data === "string") {
    return { part: { type: "text", text: data, ...cached(block) } };
  }
  return { param: `${path}.source`, message: "Only Anthropic's own models take this source. Send the data as base64." };
}

function convertAssistant(content: Content, path: string): Converted | Refused {
  const native_only: NativeOnly[] = [];
  const calls: object[] = [];
  const parts: object[] = [];
  const fields: Place[] = [];
  let reasoning = "";
  let signature = "";
  let unsigned = false;
  /** Of the last call so far: only the message can have it, where the call is its last. */
  let mark: CacheMark | null = null;
  const warnings: string[] = [];
  for (const [at, block] of asBlocks(content).entries()) {
    const own = pathOf(path, content, at);
    switch (block.type) {
      case "text": {
        const text = textOf(block.text);
        if (text === null) return refuse("invalid_request", { param: `${own}.text`, message: "must be a text" });
        if (text === "") break;
        fields.push({ canonical: `content[${parts.length}]`, own });
        parts.push({ type: "text", text, ...cached(block) });
        break;
      }
      case "thinking": {
        const own = textOf(block.signature) ?? "";
        if (own === "") unsigned = true;
        else signature += markSignature(own, reasoning.length, signature === "" && reasoning === "");
        reasoning += textOf(block.thinking) ?? "";
        break;
      }
      case "redacted_thinking":
        signature += markRedacted(textOf(block.data) ?? "", reasoning.length);
        break;
      case "tool_use": {
        const call = convertCall(block, own);
        if (isRefused(call)) return call;
        if (mark !== null) warnings.push(LOST_MARK);
        mark = block.cache_control ?? null;
        const canonical = `tool_calls[${calls.length}]`;
        fields.push(
          { canonical, own },
          { canonical: `${canonical}.function.name`, own: `${own}.name` },
          { canonical: `${canonical}.function.arguments`, own: `${own}.input` },
        );
        calls.push(call);
        break;
      }
      default:
        native_only.push({
          param: own,
          message: `Only Anthropic's own models take content of type ${block.type.slice(0, 60)}.`,
        });
    }
  }
  const message = {
    role: "assistant",
    content: parts.length === 0 ? null : parts,
    ...(reasoning === "" ? {} : { reasoning_content: reasoning }),
    ...(signature === "" || unsigned ? {} : { reasoning_signature: signature }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
    ...(mark === null ? {} : { cache_control: mark }),
  };
  if (unsigned) warnings.push("thinking without its signature is handed on as text of no authority");
  return {
    messages: [{ message, own: path, fields }],
    native_only,
    warnings,
  };
}

function convertCall(block: MessagesBlock, path: string): object | Refused {
  const id = textOf(block.id);
  const name = textOf(block.name);
  if (id === null || name === null) {
    return refuse("invalid_request", { param: path, message: "A tool call has an `id` and a `name`." });
  }
  return { id, type: "function", function: { name, arguments: JSON.stringify(block.input ?? {}) } };
}
