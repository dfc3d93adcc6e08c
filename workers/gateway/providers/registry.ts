import { isProviderKind, PROVIDER_KINDS, type ProviderKind } from "../../../schema/providers/kinds.ts";
import { anthropic } from "./anthropic/anthropic.ts";
import { azure } from "./azure/azure.ts";
import { bedrock } from "./bedrock/bedrock.ts";
import { cerebras } from "./cerebras/cerebras.ts";
import { cohere } from "./cohere/cohere.ts";
import { deepseek } from "./deepseek/deepseek.ts";
import { fireworks } from "./fireworks/fireworks.ts";
import { gemini } from "./gemini/gemini.ts";
import { groq } from "./groq/groq.ts";
import type { ProviderAdapter } from "./kit/provider.ts";
import { mistral } from "./mistral/mistral.ts";
import { ollama } from "./ollama/ollama.ts";
import { openai } from "./openai/openai.ts";
import { openaiCompatible } from "./openai-compatible/openai-compatible.ts";
import { sandbox } from "./sandbox/sandbox.ts";
import { together } from "./together/together.ts";
import { vertex } from "./vertex/vertex.ts";
import { vllm } from "./vllm/vllm.ts";
import { xai } from "./xai/xai.ts";

/** How each kind of provider is spoken to. Adding one is its folder, its row here and its row in schema/providers. */
const ADAPTERS = {
  openai,
  anthropic,
  gemini,
  cohere,
  mistral,
  "openai-compatible": openaiCompatible,
  sandbox,
  azure,
  bedrock,
  cerebras,
  deepseek,
  fireworks,
  groq,
  ollama,
  together,
  vertex,
  vllm,
  xai,
} as const satisfies Record<ProviderKind, ProviderAdapter>;

/** The adapter of a kind, or null for a kind that does not exist. */
export function adapterOf(kind: string): ProviderAdapter | null {
  return isProviderKind(kind) ? ADAPTERS[kind] : null;
}

/** What a row of the providers table may leave out, or null for a kind that does not exist. */
export function providerDefaults(kind: string): { readonly default_base_url: string | null } | null {
  return isProviderKind(kind) ? PROVIDER_KINDS[kind] : null;
}
