import type { Part } from "../../../../schema/canonical/parts.ts";
import type { JsonObject } from "../../../../schema/kernel/json.ts";
import { packReasoning } from "../../providers/kit/reasoning-proof.ts";
import { signatureField } from "../openai-chat/signature-field.ts";
import { customNames, unpackInput } from "./custom-tools.ts";

export type OutputItem =
  | {
      readonly type: "reasoning";
      readonly id: string;
      text: string;
      signature: string;
      /** The signatures of calls behind it, by the calls' ids. */
      readonly calls: Readonly<Record<string, string>>;
    }
  | { readonly type: "message"; readonly id: string; text: string; refusal: string }
  | {
      /** A custom tool's call is one of a function until it is shown. */
      readonly type: "function_call" | "custom_tool_call";
      readonly id: string;
      readonly call_id: string;
      readonly name: string;
      readonly index: number;
      readonly signature: string | undefined;
      json: string;
    };

export type ItemStatus = "in_progress" | "completed" | "incomplete";

/** An item as it stands in the output. */
export function itemObject(item: OutputItem, status: ItemStatus, with_proof: boolean): object {
  switch (item.type) {
    case "reasoning":
      return {
        id: item.id,
        type: "reasoning",
        summary: item.text === "" ? [] : [{ type: "summary_text", text: item.text }],
        ...(with_proof ? proofField(item) : {}),
      };
    case "message":
      return {
        id: item.id,
        type: "message",
        role: "assistant",
        status,
        content: [
          ...(item.text === "" ? [] : [textPart(item.text)]),
          ...(item.refusal === "" ? [] : [{ type: "refusal", refusal: item.refusal }]),
        ],
      };
    case "function_call":
      return {
        id: item.id,
        type: "function_call",
        status,
        call_id: item.call_id,
        name: item.name,
        arguments: callText(item, status),
        ...signatureField(item.signature),
      };
    case "custom_tool_call":
      return {
        id: item.id,
        type: "custom_tool_call",
        status,
        call_id: item.call_id,
        name: item.name,
        input: callText(item, status),
        ...signatureField(item.signature),
      };
  }
}

/** The arguments of a function, or the text of a custom tool. A call without arguments has an empty object, if it ended. */
export function callText(item: OutputItem & { readonly json: string }, status: ItemStatus): string {
  if (item.type === "custom_tool_call") return status === "in_progress" ? "" : unpackInput(item.json);
  return status === "completed" && item.json === "" ? "{}" : item.json;
}

function proofField({ text, signature, calls }: OutputItem & { readonly type: "reasoning" }): object {
  const signs_calls = Object.keys(calls).length > 0;
  if (signature === "" && !signs_calls) return {};
  return { encrypted_content: packReasoning({ text, signature, ...(signs_calls ? { calls } : {}) }) };
}

/** The items of an answer that has ended. In one that is not complete, the last is not. */
export const itemObjects = (
  items: readonly OutputItem[],
  incomplete: string | null,
  with_proof: boolean,
): readonly object[] =>
  items.map((item, at) =>
    itemObject(item, incomplete !== null && at === items.length - 1 ? "incomplete" : "completed", with_proof),
  );

export const textPart = (text: string) => ({ type: "output_text", text, annotations: [], logprobs: [] });

/** What one part does to the items: it opens one, or adds to the last of its kind. */
export interface Change {
  readonly item: OutputItem;
  readonly opened: boolean;
}

/** The items of an answer as its parts come. Of several choices only the first is an answer here. */
export class OutputItems {
  readonly items: OutputItem[] = [];
  readonly #id: string;
  readonly #custom: ReadonlySet<string>;
  readonly #with_proof: boolean;

  constructor(response_id: string, body: JsonObject, with_proof: boolean) {
    this.#id = response_id.replace(/^resp_/, "");
    this.#custom = customNames(body);
    this.#with_proof = with_proof;
  }

  /** Takes a part in; answers what it changes, the item that it is about last. */
  take(part: Part): readonly Change[] {
    if (!("choice" in part) || part.choice !== 0) return [];
    switch (part.type) {
      case "reasoning": {
        const change = this.#last("reasoning", () => this.#newReasoning({}));
        if (change.item.type === "reasoning") change.item.text += part.text;
        return [change];
      }
      case "reasoning_signature": {
        const change = this.#last("reasoning", () => this.#newReasoning({}));
        if (change.item.type === "reasoning") change.item.signature += part.signature;
        return [change];
      }
      case "text":
      case "refusal": {
        const change = this.#last("message", () => ({ type: "message", id: this.#next("msg"), text: "", refusal: "" }));
        if (change.item.type === "message") {
          if (part.type === "text") change.item.text += part.text;
          else change.item.refusal += part.text;
        }
        return [change];
      }
      case "tool_call": {
        const { id: call_id, name, index, signature } = part;
        // Clients that send calls back without fields that they do not know keep encrypted reasoning.
        const proof = signature !== undefined && this.#with_proof ? [this.#newReasoning({ [call_id]: signature })] : [];
        this.items.push(...proof);
        const custom = this.#custom.has(name);
        const type = custom ? "custom_tool_call" : "function_call";
        const id = this.#next(custom ? "ctc" : "fc");
        const item: OutputItem = { type, id, call_id, name, index, signature, json: "" };
        this.items.push(item);
        return [...proof, item].map((opened) => ({ item: opened, opened: true }));
      }
      case "tool_arguments": {
        const item = this.items.find((known) => "json" in known && known.index === part.index);
        if (item === undefined || !("json" in item)) return [];
        item.json += part.json;
        return [{ item, opened: false }];
      }
      default:
        return [];
    }
  }

  #newReasoning(calls: Readonly<Record<string, string>>): OutputItem {
    return { type: "reasoning", id: this.#next("rs"), text: "", signature: "", calls };
  }

  #last(type: OutputItem["type"], make: () => OutputItem): Change {
    const last = this.items.at(-1);
    if (last?.type === type) return { item: last, opened: false };
    const item = make();
    this.items.push(item);
    return { item, opened: true };
  }

  #next = (prefix: string): string => `${prefix}_${this.#id}${this.items.length}`;
}
