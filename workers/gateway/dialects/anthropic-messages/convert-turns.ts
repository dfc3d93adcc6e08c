import { isRefused, type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import type { MessagesBlock, MessagesRequest } from "../../../../schema/wire/anthropic-messages.ts";
import { markRedacted, markSignature } from "../../providers/kit/thinking-signature.ts";
import type { NativeOnly } from "../chat-dialect.ts";

/** Some of the canonical messages, still to be checked. */
interface Converted {
  readonly messages: readonly object[];
  readonly native_only: readonly NativeOnly[];
  readonly warnings: readonly string[];
}

type Content = MessagesRequest["messages"][number]["content"];

const asBlocks = (content: Content): readonly MessagesBlock[] =>
  typeof content === "string" ? [{ type: "text", text: content }] : content;

const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);

const cached = ({ cache_control }: MessagesBlock) => (cache_control ? { cache_control } : {});

/** The instructions as one system message whose parts keep their cache marks. */
export function convertSystem(system: MessagesRequest["system"]): Converted | Refused {
  if (system === null || system === undefined) return { messages: [], native_only: [], warnings: [] };
  const parts: object[] = [];
  for (const [at, block] of asBlocks(system).entries()) {
    const text = textOf(block.text);
    if (block.type !== "text" || text === null) {
      return refuse("invalid_request", { param: `system[${at}]`, message: "Instructions are text." });
    }
    if (text !== "") parts.push({ type: "text", text, ...cached(block) });
  }
  return { messages: parts.length === 0 ? [] : [{ role: "system", content: parts }], native_only: [], warnings: [] };
}

/** The turns: a tool's results become messages of their own, before the rest of the user's turn. */
export function convertTurns(turns: MessagesRequest["messages"]): Converted | Refused {
  const messages: object[] = [];
  const native_only: NativeOnly[] = [];
  const warnings: string[] = [];
  for (const [at, { role, content }] of turns.entries()) {
    const path = `messages[${at}].content`;
    const blocks = asBlocks(content);
    const converted = role === "user" ? convertUser(blocks, path) : convertAssistant(blocks, path);
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

function convertUser(blocks: readonly MessagesBlock[], path: string): Converted | Refused {
  const results: object[] = [];
  const parts: object[] = [];
  const native_only: NativeOnly[] = [];
  for (const [at, block] of blocks.entries()) {
    if (block.type === "tool_result") {
      const result = convertResult(block, `${path}[${at}]`);
      if (isRefused(result)) return result;
      results.push(result);
      continue;
    }
    const part = convertPart(block, `${path}[${at}]`);
    if (isRefused(part)) return part;
    if ("param" in part) native_only.push(part);
    else parts.push(part.part);
  }
  const own = parts.length === 0 ? [] : [{ role: "user", content: parts }];
  // A turn of which nothing is known but that it is somebody's: the provider of the dialect gets it as it came.
  const empty = results.length === 0 && own.length === 0 ? [{ role: "user", content: "" }] : [];
  return { messages: [...results, ...own, ...empty], native_only, warnings: [] };
}

function convertResult(block: MessagesBlock, path: string): object | Refused {
  const tool_call_id = textOf(block.tool_use_id);
  if (tool_call_id === null) {
    return refuse("invalid_request", {
      param: `${path}.tool_use_id`,
      message: "A result names the call that it is of.",
    });
  }
  const parts: object[] = [];
  const { content } = block;
  const inner = Array.isArray(content) ? content : content === undefined || content === null ? [] : [content];
  for (const [at, item] of inner.entries()) {
    const known: MessagesBlock | null =
      typeof item === "string" ? { type: "text", text: item } : isBlock(item) ? item : null;
    const part = known === null ? null : convertPart(known, `${path}.content[${at}]`);
    if (part === null || !("part" in part)) {
      if (part !== null && isRefused(part)) return part;
      return refuse("unsupported_parameter", {
        param: `${path}.content[${at}]`,
        message: "A tool's result is text, images or documents.",
      });
    }
    parts.push(part.part);
  }
  return {
    role: "tool",
    tool_call_id,
    content: parts,
    ...(block.is_error === true ? { is_error: true } : {}),
    ...cached(block),
  };
}

const isBlock = (value: unknown): value is MessagesBlock =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";

function convertPart(block: MessagesBlock, path: string): { readonly part: object } | NativeOnly | Refused {
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

function convertMedium(block: MessagesBlock, path: string): { readonly part: object } | NativeOnly | Refused {
  const { source } = block;
  if (!isSource(source)) return refuse("invalid_request", { param: `${path}.source`, message: "must be an object" });
  const { type, media_type, data, url } = source;
  if (type === "base64" && typeof media_type === "string" && typeof data === "string") {
    const data_url = `data:${media_type};base64,${data}`;
    if (block.type === "image") return { part: { type: "image_url", image_url: { url: data_url }, ...cached(block) } };
    const filename = textOf(block.title) ?? "document.pdf";
    return { part: { type: "file", file: { filename, file_data: data_url } } };
  }
  if (block.type === "image" && type === "url" && typeof url === "string") {
    return { part: { type: "image_url", image_url: { url }, ...cached(block) } };
  }
  if (block.type === "document" && type === "text" && typeof data === "string") {
    return { part: { type: "text", text: data, ...cached(block) } };
  }
  return { param: `${path}.source`, message: "Only Anthropic's own models take this source. Send the data as base64." };
}

function convertAssistant(blocks: readonly MessagesBlock[], path: string): Converted | Refused {
  const native_only: NativeOnly[] = [];
  const calls: object[] = [];
  const parts: object[] = [];
  let reasoning = "";
  let signature = "";
  let unsigned = false;
  for (const [at, block] of blocks.entries()) {
    switch (block.type) {
      case "text": {
        const text = textOf(block.text);
        if (text === null)
          return refuse("invalid_request", { param: `${path}[${at}].text`, message: "must be a text" });
        if (text !== "") parts.push({ type: "text", text, ...cached(block) });
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
        const call = convertCall(block, `${path}[${at}]`);
        if (isRefused(call)) return call;
        calls.push(call);
        break;
      }
      default:
        native_only.push({
          param: `${path}[${at}]`,
          message: `Only Anthropic's own models take content of type ${block.type.slice(0, 60)}.`,
        });
    }
  }
  const marks = blocks.at(-1)?.cache_control ?? null;
  const message = {
    role: "assistant",
    content: parts.length === 0 ? null : parts,
    ...(reasoning === "" ? {} : { reasoning_content: reasoning }),
    ...(signature === "" || unsigned ? {} : { reasoning_signature: signature }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
    ...(marks === null || parts.length > 0 ? {} : { cache_control: marks }),
  };
  return {
    messages: [message],
    native_only,
    warnings: unsigned ? ["thinking without its signature is handed on as text of no authority"] : [],
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
