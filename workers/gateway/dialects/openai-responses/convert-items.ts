import { type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import type { ResponsesItem } from "../../../../schema/wire/openai-responses.ts";
import { unpackReasoning } from "./reasoning-proof.ts";

interface Draft {
  content: unknown;
  readonly tool_calls: object[];
  reasoning_content?: string;
  reasoning_signature?: string;
}

type Message = { readonly role: string; readonly [field: string]: unknown };

export interface ConvertedItems {
  readonly messages: readonly Message[];
  readonly warnings: readonly string[];
}

const FOREIGN_REASONING = "reasoning of another provider left out";

/**
 * The items of an input as messages. What the model said in one turn (reasoning, text, calls) stands in several items
 * there and is one message here, so that parallel calls stay together.
 */
export function convertItems(items: readonly ResponsesItem[]): ConvertedItems | Refused {
  const messages: Message[] = [];
  const warnings = new Set<string>();
  let turn: Draft | null = null;
  const flush = (): void => {
    if (turn === null) return;
    const { tool_calls, content, ...rest } = turn;
    messages.push({ role: "assistant", content, ...rest, ...(tool_calls.length === 0 ? {} : { tool_calls }) });
    turn = null;
  };
  const open = (): Draft => {
    turn ??= { content: null, tool_calls: [] };
    return turn;
  };
  for (const [at, item] of items.entries()) {
    const path = `input[${at}]`;
    switch (item.type ?? "message") {
      case "message": {
        const content = convertContent(item.content, `${path}.content`);
        if ("refused" in content) return content;
        if (item.role === "assistant") {
          if (open().content !== null || open().tool_calls.length > 0) flush();
          open().content = content.content;
          break;
        }
        flush();
        if (item.role !== "user" && item.role !== "system" && item.role !== "developer") {
          return refuse("invalid_request", { param: `${path}.role`, message: "There is no such role." });
        }
        messages.push({ role: item.role, content: content.content });
        break;
      }
      case "function_call": {
        const { call_id, name, arguments: json } = item;
        if (typeof call_id !== "string" || typeof name !== "string" || typeof json !== "string") {
          return refuse("invalid_request", { param: path, message: "A call has `call_id`, `name` and `arguments`." });
        }
        open().tool_calls.push({ id: call_id, type: "function", function: { name, arguments: json } });
        break;
      }
      case "function_call_output": {
        flush();
        const { call_id, output } = item;
        if (typeof call_id !== "string") {
          return refuse("invalid_request", { param: `${path}.call_id`, message: "A result names the call it is of." });
        }
        const content = convertContent(output, `${path}.output`);
        if ("refused" in content) return content;
        messages.push({ role: "tool", tool_call_id: call_id, content: content.content });
        break;
      }
      case "reasoning": {
        const proof = unpackReasoning(item.encrypted_content);
        if (proof === null) {
          warnings.add(FOREIGN_REASONING);
          break;
        }
        flush();
        open().reasoning_content = proof.text;
        open().reasoning_signature = proof.signature;
        break;
      }
      default:
        return refuse("unsupported_parameter", {
          param: path,
          message: `Items of type ${String(item.type).slice(0, 60)} are not possible here: send the messages themselves.`,
        });
    }
  }
  flush();
  return { messages, warnings: [...warnings] };
}

type Content = { readonly content: string | readonly object[] };

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function convertContent(content: unknown, path: string): Content | Refused {
  if (typeof content === "string") return { content };
  if (!Array.isArray(content)) {
    return refuse("invalid_request", { param: path, message: "must be a text or an array of content parts" });
  }
  const parts: object[] = [];
  for (const [at, part] of content.entries()) {
    const converted = isRecord(part) ? convertPart(part) : null;
    if (converted === null) {
      return refuse("unsupported_parameter", {
        param: `${path}[${at}]`,
        message: "This content is not possible here.",
      });
    }
    parts.push(converted);
  }
  return { content: parts };
}

function convertPart(part: Readonly<Record<string, unknown>>): object | null {
  switch (part.type) {
    case "input_text":
    case "output_text":
    case "text":
      return typeof part.text === "string" ? { type: "text", text: part.text } : null;
    case "refusal":
      return typeof part.refusal === "string" ? { type: "refusal", refusal: part.refusal } : null;
    case "input_image":
      return typeof part.image_url === "string"
        ? { type: "image_url", image_url: { url: part.image_url, ...(part.detail ? { detail: part.detail } : {}) } }
        : null;
    case "input_file":
      return typeof part.file_data === "string"
        ? { type: "file", file: { filename: part.filename ?? "file.pdf", file_data: part.file_data } }
        : null;
    default:
      return null;
  }
}
