import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Part } from "../../../../schema/canonical/parts.ts";
import type { Refusal } from "../../../../schema/kernel/errors.ts";
import { isRefused } from "../../../../schema/kernel/errors.ts";
import type { JsonObject } from "../../../../schema/kernel/json.ts";
import type { ModelInfo } from "../../../../schema/pricing/price.ts";
import { chatRequestSchema } from "../../../../schema/wire/openai-chat.ts";
import { anthropic } from "../../../../workers/gateway/providers/anthropic/anthropic.ts";
import type { MessagesRequest } from "../../../../workers/gateway/providers/anthropic/wire.ts";
import type { Translation, UpstreamEvent } from "../../../../workers/gateway/providers/kit/provider.ts";
import { deepFreeze } from "../deep-freeze.ts";

const RECORDINGS = join(import.meta.dirname, "../../../../../shared/recordings/anthropic");

/** Recorded answers are used where they are; each behaviour also has a fixture of our own. */
export const recordingsPresent = existsSync(RECORDINGS);
export const recordedLines = (name: string): readonly string[] =>
  readFileSync(join(RECORDINGS, name), "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "");
export const recordedJson = (name: string): JsonObject => JSON.parse(readFileSync(join(RECORDINGS, name), "utf8"));

/** A model that takes a thinking budget, samples freely and has no native JSON format. */
export const OLD_MODEL: ModelInfo = {
  upstream_id: "claude-sonnet-4-20250514",
  aliases: [],
  context_tokens: 200_000,
  max_output_tokens: 64_000,
  encoding: null,
  capabilities: ["chat", "tools", "vision", "reasoning"],
  prices: [],
};
/** A model with structured outputs and strict tools. */
export const JSON_MODEL: ModelInfo = {
  ...OLD_MODEL,
  upstream_id: "claude-sonnet-4-5-20250929",
  capabilities: ["chat", "tools", "vision", "reasoning", "json_schema"],
};
export const modelNamed = (upstream_id: string): ModelInfo => ({ ...JSON_MODEL, upstream_id });

export const ASK = [{ role: "user", content: "Hello" }];

/** Translates a request as it arrives from outside, frozen to its depth: whoever changes it in place throws. */
export function translate(request: object, model: ModelInfo = OLD_MODEL, max_output_tokens: number | null = null) {
  const parsed = deepFreeze(chatRequestSchema.parse({ model: "anthropic/x", messages: ASK, ...request }));
  return anthropic.translate({
    request: parsed,
    account: {
      id: "prv_1",
      kind: "anthropic",
      base_url: "https://upstream.example",
      credential: { api_key: "sk-ant-canary" },
      region: null,
      settings: {},
    },
    model,
    max_output_tokens,
  });
}

export function translated(request: object, model?: ModelInfo, max_output_tokens?: number): Translation {
  const translation = translate(request, model, max_output_tokens);
  if (isRefused(translation)) throw new Error(`refused: ${JSON.stringify(translation.refused)}`);
  return translation;
}

export function bodyOf(request: object, model?: ModelInfo, max_output_tokens?: number): MessagesRequest {
  return JSON.parse(translated(request, model, max_output_tokens).call.body);
}

export const warningsOf = (request: object, model?: ModelInfo): readonly string[] =>
  translated(request, model).warnings;

export function refusalOf(request: object, model?: ModelInfo): Refusal {
  const translation = translate(request, model);
  if (!isRefused(translation)) throw new Error("not refused");
  return translation.refused;
}

/** A translation of which only the names matter, for reading answers. */
export const PLAIN: Translation = {
  call: { url: "", headers: {}, body: "" },
  warnings: [],
  tool_names: new Map(),
  json_tool: null,
};
export const WITH_JSON_TOOL: Translation = { ...PLAIN, json_tool: "json" };

export const eventOf = (data: unknown): UpstreamEvent => ({ event: null, data: JSON.stringify(data) });
export const eventsOf = (lines: readonly string[]): readonly UpstreamEvent[] =>
  lines.map((data) => ({ event: null, data }));

/** Feeds events in order and answers all parts. */
export function foldParts(events: readonly UpstreamEvent[], translation: Translation = PLAIN): readonly Part[] {
  let state = anthropic.stream.initial(translation);
  const parts: Part[] = [];
  for (const event of events) {
    const step = anthropic.stream.step(state, event);
    state = step.state;
    parts.push(...step.parts);
  }
  return parts;
}

/**
 * Parts with neighbours of the same kind joined, arguments as values and only the last usage, moved in front of the
 * end: what a stream and a whole answer of the same content have in common.
 */
export function joined(parts: readonly Part[]): readonly unknown[] {
  const out: Part[] = [];
  for (const part of parts) {
    const last = out.at(-1);
    if (part.type === "usage" || part.type === "end") continue;
    if (part.type === "text" && last?.type === "text") out[out.length - 1] = { ...part, text: last.text + part.text };
    else if (part.type === "reasoning" && last?.type === "reasoning")
      out[out.length - 1] = { ...part, text: last.text + part.text };
    else if (part.type === "tool_arguments" && last?.type === "tool_arguments" && last.index === part.index)
      out[out.length - 1] = { ...part, json: last.json + part.json };
    else out.push(part);
  }
  const values = out.map((part) =>
    part.type === "tool_arguments" ? { ...part, json: JSON.parse(part.json) as unknown } : part,
  );
  return [
    ...values,
    ...parts.filter((part) => part.type === "usage").slice(-1),
    ...parts.filter(({ type }) => type === "end"),
  ];
}

// Our own streams, one event per entry.

export const messageStart = (usage: object = { input_tokens: 12, output_tokens: 1 }) => ({
  type: "message_start",
  message: { id: "msg_1", type: "message", role: "assistant", model: "claude-x", content: [], usage },
});
export const blockStart = (index: number, content_block: object) => ({
  type: "content_block_start",
  index,
  content_block,
});
export const delta = (index: number, value: object) => ({ type: "content_block_delta", index, delta: value });
export const text = (index: number, value: string) => delta(index, { type: "text_delta", text: value });
export const json = (index: number, partial_json: string) => delta(index, { type: "input_json_delta", partial_json });
export const blockStop = (index: number) => ({ type: "content_block_stop", index });
export const messageDelta = (stop_reason: string, usage: object = { output_tokens: 30 }) => ({
  type: "message_delta",
  delta: { stop_reason, stop_sequence: null },
  usage,
});
export const MESSAGE_STOP = { type: "message_stop" };
export const tool = (id: string, name: string, input: object = {}) => ({ type: "tool_use", id, name, input });

/** A whole answer. */
export const message = (
  content: readonly object[],
  stop_reason: string | null = "end_turn",
  more: object = {},
): JsonObject =>
  JSON.parse(
    JSON.stringify({
      id: "msg_1",
      type: "message",
      role: "assistant",
      model: "claude-x",
      content,
      stop_reason,
      stop_sequence: null,
      usage: { input_tokens: 12, output_tokens: 30 },
      ...more,
    }),
  );
