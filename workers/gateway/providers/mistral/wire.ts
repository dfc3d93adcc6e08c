import type { ImageItem, TextItem } from "../kit/openai-content.ts";

/**
 * Mistral's chat completions as far as we write them. Answers are OpenAI's, but for the content that may be a list of chunks;
 * they are read field by field, leniently. Source: the Mistral AI API reference, Chat.
 */

export interface ThinkChunk {
  readonly type: "thinking";
  readonly thinking: readonly TextItem[];
  readonly closed: true;
}

export interface CallItem {
  readonly id: string;
  readonly type: "function";
  readonly function: { readonly name: string; readonly arguments: string };
}

export type Message =
  | { readonly role: "system"; readonly content: string | readonly TextItem[] }
  | { readonly role: "user"; readonly content: string | readonly (TextItem | ImageItem)[] }
  | {
      readonly role: "assistant";
      readonly content: string | readonly (TextItem | ThinkChunk)[];
      readonly tool_calls?: readonly CallItem[];
      readonly prefix?: true;
    }
  | {
      readonly role: "tool";
      readonly tool_call_id: string;
      readonly content: string | readonly (TextItem | ImageItem)[];
    };

export interface Tool {
  readonly type: "function";
  readonly function: {
    readonly name: string;
    readonly description?: string;
    readonly parameters: Readonly<Record<string, unknown>>;
    readonly strict?: boolean;
  };
}

export type ToolChoice =
  | "auto"
  | "none"
  | "any"
  | { readonly type: "function"; readonly function: { readonly name: string } };

export interface ChatBody {
  readonly model: string;
  readonly messages: readonly Message[];
  readonly tools?: readonly Tool[];
  readonly tool_choice?: ToolChoice;
  readonly parallel_tool_calls?: boolean;
  readonly response_format?: Readonly<Record<string, unknown>>;
  readonly max_tokens?: number;
  readonly random_seed?: number;
  readonly reasoning_effort?: string;
  /** What goes on as it came. */
  readonly [passed: string]: unknown;
}
