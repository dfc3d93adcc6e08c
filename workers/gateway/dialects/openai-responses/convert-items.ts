import { isRefused, type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import type { JsonObject } from "../../../../schema/kernel/json.ts";
import type { ResponsesItem } from "../../../../schema/wire/openai-responses.ts";
import { unpackReasoning } from "../../providers/kit/reasoning-proof.ts";
import type { NativeOnly } from "../chat-dialect.ts";
import type { MessageSource } from "./caller-path.ts";
import { convertContent } from "./convert-content.ts";
import { packInput } from "./custom-tools.ts";
import { refusedInside } from "./native-tools.ts";

interface Draft {
  content: unknown;
  readonly tool_calls: object[];
  reasoning_content?: string;
  reasoning_signature?: string;
  /** Where its text stands. */
  path: string;
  readonly call_paths: string[];
}

type Message = { readonly role: string; readonly [field: string]: unknown };

export interface ConvertedItems {
  readonly messages: readonly Message[];
  /** Where each message stands in the caller's body. */
  readonly sources: readonly MessageSource[];
  readonly warnings: readonly string[];
  readonly native_only: readonly NativeOnly[];
  /** What only the provider itself reads, as texts that are counted. */
  readonly native_texts: readonly string[];
  /** Whether something is sent by reference, whose size nobody knows. */
  readonly unknown_size: boolean;
}

const FOREIGN_REASONING = "reasoning of another provider left out";

/** Items of built-in tools that the caller carries out, and others that are nothing but text. */
const NATIVE_ITEMS: ReadonlySet<string> = new Set([
  "local_shell_call",
  "local_shell_call_output",
  "shell_call",
  "shell_call_output",
  "apply_patch_call",
  "apply_patch_call_output",
  "web_search_call",
  "tool_search_call",
  "tool_search_output",
  "additional_tools",
  "configuration_update",
  "compaction",
  "compaction_trigger",
  "computer_call",
  "computer_call_output",
]);

/**
 * The items of an input as messages. What the model said in one turn (reasoning, text, calls) stands in several items
 * there and is one message here, so that parallel calls stay together.
 */
export function convertItems(items: readonly ResponsesItem[]): ConvertedItems | Refused {
  const conversion = new Conversion();
  for (const [at, item] of items.entries()) {
    const refused = conversion.take(item, `input[${at}]`);
    if (refused !== null) return refused;
  }
  return conversion.end();
}

class Conversion {
  readonly #messages: Message[] = [];
  readonly #sources: MessageSource[] = [];
  readonly #warnings = new Set<string>();
  readonly #native_only: NativeOnly[] = [];
  readonly #native_texts: string[] = [];
  /** Signatures of calls that come behind the item that holds them, by the calls' ids. */
  readonly #signatures = new Map<string, string>();
  #unknown_size = false;
  #turn: Draft | null = null;

  end(): ConvertedItems {
    this.#flush();
    return {
      messages: this.#messages,
      sources: this.#sources,
      warnings: [...this.#warnings],
      native_only: this.#native_only,
      native_texts: this.#native_texts,
      unknown_size: this.#unknown_size,
    };
  }

  /** Takes an item in; answers why it is refused, or null. */
  take(item: ResponsesItem, path: string): Refused | null {
    switch (item.type ?? "message") {
      case "message":
        return this.#message(item, path);
      case "function_call":
        return this.#call(item, path, "arguments");
      case "custom_tool_call":
        return this.#call(item, path, "input");
      case "function_call_output":
      case "custom_tool_call_output":
        return this.#result(item, path);
      case "reasoning":
        this.#reasoning(item);
        return null;
      case "item_reference":
        return refuse("unsupported_parameter", {
          param: path,
          message:
            "Nothing is remembered between requests: send the item itself. Clients that send references stop when they set `store` to false.",
        });
      default:
        return this.#native(item, path);
    }
  }

  #message(item: ResponsesItem, path: string): Refused | null {
    const { role } = item;
    const content = this.#content(item.content, `${path}.content`);
    if (isRefused(content)) return content;
    if (role === "assistant") {
      if (this.#open(path).content !== null || this.#open(path).tool_calls.length > 0) this.#flush();
      const turn = this.#open(path);
      turn.content = content.content;
      turn.path = path;
      return null;
    }
    if (role !== "user" && role !== "system" && role !== "developer") {
      return refuse("invalid_request", { param: `${path}.role`, message: "There is no such role." });
    }
    this.#flush();
    this.#add({ role, content: content.content }, { path, content: `${path}.content`, calls: [] });
    return null;
  }

  #call(item: ResponsesItem, path: string, field: "arguments" | "input"): Refused | null {
    const { call_id, name, [field]: given, extra_content } = item;
    if (typeof call_id !== "string" || typeof name !== "string" || typeof given !== "string") {
      return refuse("invalid_request", { param: path, message: `A call has \`call_id\`, \`name\` and \`${field}\`.` });
    }
    const signature = this.#signatures.get(call_id);
    const proof = signature === undefined ? extra_content : { google: { thought_signature: signature } };
    const turn = this.#open(path);
    turn.tool_calls.push({
      id: call_id,
      type: "function",
      function: { name, arguments: field === "input" ? packInput(given) : given },
      ...(proof === undefined ? {} : { extra_content: proof }),
    });
    turn.call_paths.push(path);
    return null;
  }

  #result(item: ResponsesItem, path: string): Refused | null {
    this.#flush();
    const { call_id, output } = item;
    if (typeof call_id !== "string") {
      return refuse("invalid_request", { param: `${path}.call_id`, message: "A result names the call it is of." });
    }
    const content = this.#content(output, `${path}.output`);
    if (isRefused(content)) return content;
    const message = { role: "tool", tool_call_id: call_id, content: content.content };
    this.#add(message, { path, content: `${path}.output`, calls: [] });
    return null;
  }

  #reasoning(item: ResponsesItem): void {
    const proof = unpackReasoning(item.encrypted_content);
    if (proof === null) {
      this.#warnings.add(FOREIGN_REASONING);
      this.#native_texts.push(JSON.stringify(item));
      return;
    }
    for (const [call_id, signature] of Object.entries(proof.calls ?? {})) this.#signatures.set(call_id, signature);
    if (proof.text === "" && proof.signature === "") return;
    this.#flush();
    const turn = this.#open("input");
    turn.reasoning_content = proof.text;
    turn.reasoning_signature = proof.signature;
  }

  #native(item: ResponsesItem, path: string): Refused | null {
    const type = String(item.type);
    const shown = type.slice(0, 60);
    if (!NATIVE_ITEMS.has(type)) {
      return refuse("unsupported_parameter", {
        param: path,
        message: `Items of type ${shown} are not possible here: send the messages themselves.`,
      });
    }
    // As it was sent; the schema widens what it does not name.
    const own: JsonObject = JSON.parse(JSON.stringify(item));
    const inside = refusedInside(own, path);
    if (inside !== null) return refuse("unsupported_parameter", inside);
    // A screenshot may be sent by its id.
    if (type === "computer_call_output") this.#unknown_size = true;
    this.#native_texts.push(JSON.stringify(own));
    this.#native_only.push({ param: path, message: `Only OpenAI's own models have items of type ${shown}.` });
    return null;
  }

  #content(content: unknown, path: string): { readonly content: string | readonly object[] } | Refused {
    const converted = convertContent(content, path);
    if (isRefused(converted)) return converted;
    for (const param of converted.native_only) {
      this.#unknown_size = true;
      this.#native_only.push({ param, message: "Only OpenAI's own models take this content: send its data." });
    }
    return converted;
  }

  #open(path: string): Draft {
    this.#turn ??= { content: null, tool_calls: [], path, call_paths: [] };
    return this.#turn;
  }

  #flush(): void {
    if (this.#turn === null) return;
    const { tool_calls, content, path, call_paths, ...rest } = this.#turn;
    this.#turn = null;
    this.#add(
      { role: "assistant", content, ...rest, ...(tool_calls.length === 0 ? {} : { tool_calls }) },
      { path, content: `${path}.content`, calls: call_paths },
    );
  }

  #add(message: Message, source: MessageSource): void {
    this.#messages.push(message);
    this.#sources.push(source);
  }
}
