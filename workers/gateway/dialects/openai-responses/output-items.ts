import type { Part } from "../../../../schema/canonical/parts.ts";
import { packReasoning } from "./reasoning-proof.ts";

export type OutputItem =
  | { readonly type: "reasoning"; readonly id: string; text: string; signature: string }
  | { readonly type: "message"; readonly id: string; text: string; refusal: string }
  | {
      readonly type: "function_call";
      readonly id: string;
      readonly call_id: string;
      readonly name: string;
      readonly index: number;
      json: string;
    };

/** An item as it stands in the output. */
export function itemObject(item: OutputItem, status: "in_progress" | "completed", with_proof: boolean): object {
  switch (item.type) {
    case "reasoning":
      return {
        id: item.id,
        type: "reasoning",
        summary: item.text === "" ? [] : [{ type: "summary_text", text: item.text }],
        ...(with_proof && item.signature !== ""
          ? { encrypted_content: packReasoning({ text: item.text, signature: item.signature }) }
          : {}),
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
        arguments: status === "completed" && item.json === "" ? "{}" : item.json,
      };
  }
}

export const textPart = (text: string) => ({ type: "output_text", text, annotations: [], logprobs: [] });

/** What one part does to the items: it opens one, or adds to the last of its kind. Null where it does neither. */
export interface Change {
  readonly item: OutputItem;
  readonly opened: boolean;
}

/** The items of an answer as its parts come. Of several choices only the first is an answer here. */
export class OutputItems {
  readonly items: OutputItem[] = [];
  readonly #id: string;

  constructor(response_id: string) {
    this.#id = response_id.replace(/^resp_/, "");
  }

  take(part: Part): Change | null {
    if (!("choice" in part) || part.choice !== 0) return null;
    switch (part.type) {
      case "reasoning": {
        const change = this.#last("reasoning", () => ({
          type: "reasoning",
          id: this.#next("rs"),
          text: "",
          signature: "",
        }));
        if (change.item.type === "reasoning") change.item.text += part.text;
        return change;
      }
      case "reasoning_signature": {
        const change = this.#last("reasoning", () => ({
          type: "reasoning",
          id: this.#next("rs"),
          text: "",
          signature: "",
        }));
        if (change.item.type === "reasoning") change.item.signature += part.signature;
        return change;
      }
      case "text":
      case "refusal": {
        const change = this.#last("message", () => ({ type: "message", id: this.#next("msg"), text: "", refusal: "" }));
        if (change.item.type === "message") {
          if (part.type === "text") change.item.text += part.text;
          else change.item.refusal += part.text;
        }
        return change;
      }
      case "tool_call": {
        const { id: call_id, name, index } = part;
        const item: OutputItem = { type: "function_call", id: this.#next("fc"), call_id, name, index, json: "" };
        this.items.push(item);
        return { item, opened: true };
      }
      case "tool_arguments": {
        const item = this.items.find((known) => known.type === "function_call" && known.index === part.index);
        if (item?.type !== "function_call") return null;
        item.json += part.json;
        return { item, opened: false };
      }
      default:
        return null;
    }
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
