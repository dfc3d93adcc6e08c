import { fromBase64, toBase64 } from "../../../../schema/kernel/base64.ts";
import { isJsonObject, tryParseJson } from "../../../../schema/kernel/json.ts";

/** What a provider must have back with the next turn, as it travels through a caller of Responses in `encrypted_content`. */
export interface ReasoningProof {
  readonly text: string;
  readonly signature: string;
  /** The signatures of tool calls, by the calls' ids, of a provider that signs calls. */
  readonly calls?: Readonly<Record<string, string>>;
}

/** Not a secret: what is inside is the provider's own text and its signature over it. */
export const packReasoning = (proof: ReasoningProof): string =>
  toBase64(new TextEncoder().encode(JSON.stringify({ ao: 1, ...proof })));

/** What we packed, or null for another's. */
export function unpackReasoning(packed: unknown): ReasoningProof | null {
  const bytes = typeof packed === "string" ? fromBase64(packed) : null;
  const value = bytes === null ? undefined : tryParseJson(new TextDecoder().decode(bytes));
  if (!isJsonObject(value) || value.ao !== 1) return null;
  const { text, signature, calls } = value;
  if (typeof text !== "string" || typeof signature !== "string") return null;
  if (!isJsonObject(calls)) return { text, signature };
  const signed = Object.entries(calls).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return { text, signature, calls: Object.fromEntries(signed) };
}
