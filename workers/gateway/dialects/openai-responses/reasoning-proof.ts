import { fromBase64, toBase64 } from "../../../../schema/kernel/base64.ts";
import { isJsonObject, tryParseJson } from "../../../../schema/kernel/json.ts";

/** Reasoning of any provider, as it travels through a caller in `encrypted_content`. */
export interface ReasoningProof {
  readonly text: string;
  readonly signature: string;
}

/** Not a secret: what is inside is the provider's own text and its signature over it. */
export const packReasoning = (proof: ReasoningProof): string =>
  toBase64(new TextEncoder().encode(JSON.stringify({ ao: 1, ...proof })));

/** What we packed, or null for another's. */
export function unpackReasoning(packed: unknown): ReasoningProof | null {
  const bytes = typeof packed === "string" ? fromBase64(packed) : null;
  const value = bytes === null ? undefined : tryParseJson(new TextDecoder().decode(bytes));
  if (!isJsonObject(value) || value.ao !== 1) return null;
  const { text, signature } = value;
  return typeof text === "string" && typeof signature === "string" ? { text, signature } : null;
}
