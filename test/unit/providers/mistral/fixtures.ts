import type { ModelInfo } from "../../../../schema/pricing/price.ts";
import { mistral } from "../../../../workers/gateway/providers/mistral/mistral.ts";
import { harness } from "../kit-fold-harness.ts";

export const MODEL: ModelInfo = {
  upstream_id: "mistral-large-2512",
  aliases: [],
  context_tokens: 262_144,
  max_output_tokens: 262_144,
  encoding: null,
  capabilities: ["chat", "tools", "vision", "json_schema"],
  prices: [],
};
export const thinker = (upstream_id: string): ModelInfo => ({
  ...MODEL,
  upstream_id,
  capabilities: [...MODEL.capabilities, "reasoning"],
});

export const { account, translated, bodyOf, warningsOf, refusalOf, readWhole, foldParts } = harness(
  mistral,
  { base_url: "https://upstream.example/v1", credential: { api_key: "mi-canary" } },
  MODEL,
);

export const fn = (name: string, more: object = {}) => ({
  type: "function",
  function: { name, parameters: { type: "object", properties: {} }, ...more },
});
export const call = (id: string, name: string, written: string) => ({
  id,
  type: "function",
  function: { name, arguments: written },
});

/** One chunk of a stream. */
export const chunk = (delta: object, finish_reason: string | null = null, more: object = {}) => ({
  id: "cmpl-1",
  object: "chat.completion.chunk",
  created: 1,
  model: "mistral-large-2512",
  choices: [{ index: 0, delta, finish_reason }],
  ...more,
});
export const USAGE = { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 };
