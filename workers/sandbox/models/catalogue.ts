import type { ControlDefaults } from "../controls.ts";
import type { RefusalId } from "./refusals.ts";
import type { UsageReport } from "./usage.ts";

/** What every model is: a text of its own, or a way to fail. */

export type Voice = "echo" | "lorem" | "tools" | "endless";

/** How the stream of a chat model ends. */
export type Ending =
  | "done"
  /** Everything but the `[DONE]`. */
  | "no_done"
  /** Breaks off inside a character. */
  | "cut_mid_character"
  /** An error event after `after_chunks` chunks. */
  | "error_event"
  /** Status 200, and the first event is an error. */
  | "error_first";

export interface ChatModel {
  readonly kind: "chat";
  readonly voice: Voice;
  readonly usage: UsageReport;
  readonly ending: Ending;
  readonly defaults: ControlDefaults;
}

export type SandboxModel =
  | ChatModel
  | { readonly kind: "refusal"; readonly refusal: RefusalId }
  | { readonly kind: "flaky" | "hang" | "redirect" | "garbage" | "big_line" | "embedding" };

const chat = (voice: Voice, more: Partial<ChatModel> = {}): ChatModel => ({
  kind: "chat",
  voice,
  usage: "honest",
  ending: "done",
  defaults: {},
  ...more,
});

export const MODELS = {
  echo: chat("echo"),
  free: chat("echo"),
  lorem: chat("lorem", { defaults: { chunks: 100 } }),
  tools: chat("tools"),
  think: chat("lorem", { defaults: { reasoning_tokens: 20 } }),
  slow: chat("echo", { defaults: { first_byte_ms: 2_000 } }),
  endless: chat("endless", { defaults: { delay_ms: 10 } }),
  embed: { kind: "embedding" },
  flaky: { kind: "flaky" },
  hang: { kind: "hang" },
  redirect: { kind: "redirect" },
  garbage: { kind: "garbage" },
  "big-line": { kind: "big_line" },
  "error-400": { kind: "refusal", refusal: "error-400" },
  "error-401": { kind: "refusal", refusal: "error-401" },
  "error-413": { kind: "refusal", refusal: "error-413" },
  "error-429": { kind: "refusal", refusal: "error-429" },
  "error-500": { kind: "refusal", refusal: "error-500" },
  "error-first-event": chat("lorem", { ending: "error_first" }),
  "error-mid-stream": chat("lorem", { ending: "error_event" }),
  "no-done": chat("lorem", { ending: "no_done" }),
  "cut-mid-character": chat("lorem", { ending: "cut_mid_character" }),
  "no-usage": chat("lorem", { usage: "none" }),
  "wrong-usage": chat("lorem", { usage: "wrong" }),
  "zero-usage": chat("lorem", { usage: "zero" }),
  "double-usage": chat("lorem", { usage: "twice" }),
} as const satisfies Record<string, SandboxModel>;

/** What answers once `flaky` has failed often enough. */
export const FLAKY_RECOVERED: ChatModel = chat("echo");

export interface NamedModel {
  readonly name: string;
  readonly model: SandboxModel;
}

/**
 * A model by its name, or by an id that ends with it: `gemini-3-tools` is `tools` behind the name of a family, for what
 * reads a model's traits from its id. A version at the end, as in `us.anthropic.claude-echo-v1:0`, is passed over.
 */
export function findModel(id: string): NamedModel | undefined {
  const bare = id.replace(/(-v\d+)?:\d+$/, "");
  return Object.entries(MODELS)
    .map(([name, model]) => ({ name, model }))
    .filter(({ name }) => bare === name || bare.endsWith(`-${name}`))
    .sort((a, b) => b.name.length - a.name.length)[0];
}
