import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Part } from "../../../../schema/canonical/parts.ts";
import { isRefused, type Refusal } from "../../../../schema/kernel/errors.ts";
import type { JsonObject } from "../../../../schema/kernel/json.ts";
import type { ModelInfo } from "../../../../schema/pricing/price.ts";
import { chatRequestSchema } from "../../../../schema/wire/openai-chat.ts";
import type { Translation, UpstreamEvent } from "../../../../workers/gateway/providers/kit/provider.ts";
import { openai } from "../../../../workers/gateway/providers/openai/openai.ts";
import { deepFreeze } from "../deep-freeze.ts";

const RECORDINGS = join(import.meta.dirname, "../../../../../shared/recordings");

/** Recorded answers are used where they are; each behaviour also has a fixture of our own. */
export const recordingPresent = (name: string): boolean => existsSync(join(RECORDINGS, name));
export const recordedLines = (name: string): readonly string[] =>
  readFileSync(join(RECORDINGS, name), "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "");
export const recordedText = (name: string): string => readFileSync(join(RECORDINGS, name), "utf8");

export const MODEL: ModelInfo = {
  upstream_id: "gpt-old-2024-01-01",
  aliases: [],
  context_tokens: 128_000,
  max_output_tokens: 16_384,
  encoding: "o200k_base",
  capabilities: ["chat", "tools"],
  prices: [],
};
/** A model that refuses `max_tokens`. */
export const NEW_MODEL: ModelInfo = { ...MODEL, capabilities: ["chat", "reasoning", "max_completion_tokens"] };

export const ASK = [{ role: "user", content: "Hello" }];

interface TranslateOptions {
  readonly model?: ModelInfo;
  readonly max_output_tokens?: number;
  readonly credential?: Readonly<Record<string, string>>;
}

/** Translates a request as it arrives from outside, frozen to its depth: whoever changes it in place throws. */
export function translate(request: object, options: TranslateOptions = {}) {
  return openai.translate({
    request: deepFreeze(chatRequestSchema.parse({ model: "openai/x", messages: ASK, ...request })),
    account: {
      id: "prv_1",
      kind: "openai",
      base_url: "https://upstream.example/v1",
      credential: options.credential ?? { api_key: "sk-canary" },
      region: null,
      settings: {},
    },
    model: options.model ?? MODEL,
    max_output_tokens: options.max_output_tokens ?? null,
  });
}

export function translated(request: object, options?: TranslateOptions): Translation {
  const translation = translate(request, options);
  if (isRefused(translation)) throw new Error(`refused: ${JSON.stringify(translation.refused)}`);
  return translation;
}

export const bodyOf = (request: object, options?: TranslateOptions): JsonObject =>
  JSON.parse(translated(request, options).call.body);

export function refusalOf(request: object): Refusal {
  const translation = translate(request);
  if (!isRefused(translation)) throw new Error("not refused");
  return translation.refused;
}

/** A translation of which nothing matters, for reading answers. */
export const PLAIN: Translation = {
  call: { url: "", headers: {}, body: "" },
  warnings: [],
  tool_names: new Map(),
  json_tool: null,
};

export const eventOf = (data: string | object): UpstreamEvent => ({
  event: null,
  data: typeof data === "string" ? data : JSON.stringify(data),
});

/** Feeds events in order and answers all parts. */
export function foldEvents(events: readonly UpstreamEvent[]): readonly Part[] {
  let state = openai.stream.initial(PLAIN);
  const parts: Part[] = [];
  for (const event of events) {
    const step = openai.stream.step(state, event);
    state = step.state;
    parts.push(...step.parts);
  }
  return parts;
}

export const fold = (...chunks: readonly (string | object)[]): readonly Part[] => foldEvents(chunks.map(eventOf));

/** One chunk of a stream of ours. */
export const chunk = (delta: object | null, more: object = {}, choice: object = {}): object => ({
  id: "chatcmpl-1",
  object: "chat.completion.chunk",
  created: 1_760_000_000,
  model: "gpt-x",
  choices: delta === null ? [] : [{ index: 0, delta, logprobs: null, finish_reason: null, ...choice }],
  ...more,
});

export const USAGE = { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 };
export const DONE = "[DONE]";

/** Neighbouring texts and arguments joined: what a stream and a whole answer of the same content have in common. */
export function joined(parts: readonly Part[]): readonly Part[] {
  const out: Part[] = [];
  for (const part of parts) {
    const last = out.at(-1);
    if ((part.type === "text" || part.type === "refusal" || part.type === "reasoning") && last?.type === part.type) {
      out[out.length - 1] = { ...part, text: last.text + part.text };
    } else if (part.type === "tool_arguments" && last?.type === "tool_arguments" && last.index === part.index) {
      out[out.length - 1] = { ...part, json: last.json + part.json };
    } else {
      out.push(part);
    }
  }
  return out;
}
