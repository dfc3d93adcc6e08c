import { sha256Hex } from "../audit/sha256.ts";
import { canonicalJson } from "../kernel/json.ts";
import type { ChatRequest } from "../wire/openai-chat.ts";
import { contextOf, trimmed } from "./cache-text.ts";
import { normalParameters, withoutCacheControl } from "./normal-request.ts";

/** What an answer depends on. */
export interface KeyParts {
  readonly org: string;
  /** Null for a wallet without a team. */
  readonly team: string | null;
  /** The model that answers, `provider/model`, after routing. */
  readonly model: string;
  readonly request: ChatRequest;
  /** What the caller's dialect says beyond the canonical request; null where there is nothing of the kind. */
  readonly natives: unknown;
  /** The version of the rules under which answers are given: another one makes every stored answer unreachable. */
  readonly policy_version: string;
}

/**
 * What must be equal before two texts may be compared: everything but the words of the last turn, as 64 hex digits.
 * The partition is hard, the distance is soft.
 */
export function partitionKey(parts: KeyParts): Promise<string> {
  return keyOf("partition", parts, contextOf(parts.request.messages));
}

/** What must be equal for the same answer without a comparison: the whole request, as 64 hex digits. */
export function exactKey(parts: KeyParts): Promise<string> {
  const messages = parts.request.messages.map(withoutCacheControl);
  const last = messages.at(-1);
  if (last !== undefined && last.role === "user" && typeof last.content === "string") {
    messages[messages.length - 1] = { ...last, content: trimmed(last.content) };
  }
  return keyOf("exact", parts, canonicalJson(messages));
}

function keyOf(kind: "partition" | "exact", parts: KeyParts, messages: string): Promise<string> {
  const { org, team, model, natives, policy_version, request } = parts;
  const parameters = normalParameters(request);
  return sha256Hex(canonicalJson({ kind, org, team, model, natives, policy_version, parameters, messages }));
}
