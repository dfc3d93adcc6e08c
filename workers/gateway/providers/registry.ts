import { anthropic } from "./anthropic/anthropic.ts";
import type { ProviderAdapter } from "./kit/provider.ts";
import { openai } from "./openai/openai.ts";
import { sandbox } from "./sandbox/sandbox.ts";

/** Every kind of provider there is. Adding one is its folder and its row here. */
const ADAPTERS = { openai, anthropic, sandbox } as const;

export type ProviderKind = keyof typeof ADAPTERS;

const isKind = (kind: string): kind is ProviderKind => Object.hasOwn(ADAPTERS, kind);

/** The adapter of a kind, or null for a kind that does not exist. */
export function adapterOf(kind: string): ProviderAdapter | null {
  return isKind(kind) ? ADAPTERS[kind] : null;
}

/** What a row of the providers table may leave out, or null for a kind that does not exist. */
export function providerDefaults(kind: string): { readonly default_base_url: string } | null {
  return adapterOf(kind);
}
