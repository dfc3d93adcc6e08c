import type { ModelInfo } from "../../../../schema/pricing/price.ts";
import { bedrock } from "../../../../workers/gateway/providers/bedrock/bedrock.ts";
import type { UpstreamEvent } from "../../../../workers/gateway/providers/kit/provider.ts";
import { harness } from "../kit-fold-harness.ts";

const modelNamed = (upstream_id: string, ...more: ModelInfo["capabilities"]): ModelInfo => ({
  upstream_id,
  aliases: [],
  context_tokens: 200_000,
  max_output_tokens: 64_000,
  encoding: null,
  capabilities: ["chat", "tools", ...more],
  prices: [],
});

export const CLAUDE = modelNamed("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "reasoning", "vision", "json_schema");
export const OLD_CLAUDE = modelNamed("anthropic.claude-3-5-sonnet-20241022-v2:0", "vision");
export const NOVA = modelNamed("us.amazon.nova-2-lite-v1:0", "reasoning", "vision");
export const LLAMA = modelNamed("us.meta.llama3-3-70b-instruct-v1:0");
export const GPT_OSS = modelNamed("openai.gpt-oss-120b-1:0", "reasoning");

export const { account, translated, bodyOf, warningsOf, refusalOf, readWhole, foldParts } = harness(
  bedrock,
  {
    base_url: "https://bedrock-runtime.us-east-1.amazonaws.com",
    credential: { access_key_id: "AKIACANARY", secret_access_key: "secret-canary" },
  },
  CLAUDE,
);

export const fn = (name: string, more: object = {}) => ({
  type: "function",
  function: { name, parameters: { type: "object", properties: { q: { type: "string" } } }, ...more },
});

export const user = (content: unknown) => ({ role: "user", content });
export const call = (id: string, name: string, written: string) => ({
  id,
  type: "function",
  function: { name, arguments: written },
});

/** Our own streams, an event per entry: its name and what it holds. */
export const event = (name: string, data: object): UpstreamEvent => ({ event: name, data: JSON.stringify(data) });
export const delta = (contentBlockIndex: number, piece: object) =>
  event("contentBlockDelta", { contentBlockIndex, delta: piece });
export const callStart = (contentBlockIndex: number, toolUseId: string, name: string) =>
  event("contentBlockStart", { contentBlockIndex, start: { toolUse: { toolUseId, name } } });
export const blockStop = (contentBlockIndex: number) => event("contentBlockStop", { contentBlockIndex });
export const messageStop = (stopReason: string) => event("messageStop", { stopReason });
export const START = event("messageStart", { role: "assistant" });
export const COUNTS = { inputTokens: 8, outputTokens: 5, totalTokens: 13 };
export const METADATA = event("metadata", { usage: COUNTS, metrics: { latencyMs: 1 } });
