import type { ModelInfo } from "../../../../schema/pricing/price.ts";
import { cohere } from "../../../../workers/gateway/providers/cohere/cohere.ts";
import { harness } from "../kit-fold-harness.ts";

export const MODEL: ModelInfo = {
  upstream_id: "command-a-03-2025",
  aliases: [],
  context_tokens: 256_000,
  max_output_tokens: 8_000,
  encoding: null,
  capabilities: ["chat", "tools", "json_schema"],
  prices: [],
};
export const THINKER: ModelInfo = {
  ...MODEL,
  upstream_id: "command-a-reasoning-08-2025",
  max_output_tokens: 32_000,
  capabilities: ["chat", "tools", "json_schema", "reasoning"],
};

export const { account, translated, bodyOf, warningsOf, refusalOf, readWhole, foldParts } = harness(
  cohere,
  { base_url: "https://upstream.example", credential: { api_key: "co-canary" } },
  MODEL,
);

export const fn = (name: string, more: object = {}) => ({
  type: "function",
  function: { name, parameters: { type: "object", properties: { q: { type: "string" } } }, ...more },
});

// Our own streams, one event per entry.

export const START = { type: "message-start", id: "msg-1", delta: { message: { role: "assistant" } } };
export const contentStart = (index: number, type: "text" | "thinking") => ({
  type: "content-start",
  index,
  delta: { message: { content: { type, [type]: "" } } },
});
export const contentDelta = (index: number, content: object) => ({
  type: "content-delta",
  index,
  delta: { message: { content } },
});
export const callStart = (index: number, id: string, name: string, written = "") => ({
  type: "tool-call-start",
  index,
  delta: { message: { tool_calls: { id, type: "function", function: { name, arguments: written } } } },
});
export const callDelta = (index: number, written: string) => ({
  type: "tool-call-delta",
  index,
  delta: { message: { tool_calls: { function: { arguments: written } } } },
});
export const callEnd = (index: number) => ({ type: "tool-call-end", index });
export const USAGE = {
  billed_units: { input_tokens: 8, output_tokens: 50 },
  tokens: { input_tokens: 1_394, output_tokens: 54 },
  cached_tokens: 1_360,
};
export const messageEnd = (finish_reason: string, more: object = { usage: USAGE }) => ({
  type: "message-end",
  delta: { finish_reason, ...more },
});
