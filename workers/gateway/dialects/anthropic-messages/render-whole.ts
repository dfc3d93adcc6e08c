import type { FinishReason, Part } from "../../../../schema/canonical/parts.ts";
import type { Usage } from "../../../../schema/canonical/usage.ts";
import { isJsonObject, type JsonObject, tryParseJson } from "../../../../schema/kernel/json.ts";
import { thinkingBlocks } from "../../providers/kit/thinking-signature.ts";
import type { AnswerIdentity } from "../chat-dialect.ts";
import { stopReason } from "./stop-reason.ts";
import { toMessagesUsage } from "./usage.ts";

/** Assembles the parts of the first choice into a message. Blocks come in the order in which they were said. */
export function renderWhole(
  parts: readonly Part[],
  { id, model }: AnswerIdentity,
  usage: Usage,
): Record<string, unknown> {
  const said: Block[] = [];
  let reasoning = "";
  let signature = "";
  let finish: FinishReason | null = null;
  for (const part of parts) {
    if (!("choice" in part) || part.choice !== 0) continue;
    const last = said.at(-1);
    if (part.type === "reasoning") reasoning += part.text;
    else if (part.type === "reasoning_signature") signature += part.signature;
    else if (part.type === "text" || part.type === "refusal") {
      if (last?.type === "text") last.text += part.text;
      else said.push({ type: "text", text: part.text });
    } else if (part.type === "tool_call") {
      said.push({ type: "tool_use", id: part.id, name: part.name, index: part.index, json: "" });
    } else if (part.type === "tool_arguments") {
      const call = said.find((block) => block.type === "tool_use" && block.index === part.index);
      if (call?.type === "tool_use") call.json += part.json;
    } else finish = part.reason;
  }
  return {
    id,
    type: "message",
    role: "assistant",
    model,
    content: [...thinking(reasoning, signature), ...said.map(rendered)],
    stop_reason: stopReason(finish),
    stop_sequence: null,
    usage: toMessagesUsage(usage),
  };
}

type Block =
  | { readonly type: "text"; text: string }
  | { readonly type: "tool_use"; readonly id: string; readonly name: string; readonly index: number; json: string };

function rendered(block: Block): object {
  if (block.type === "text") return block;
  return { type: "tool_use", id: block.id, name: block.name, input: inputOf(block.json) };
}

/**
 * The input that a call's arguments are. A model that wrote no JSON object (some do) must not make the answer unreadable:
 * what it wrote is handed over as a text under a name that no schema has.
 */
function inputOf(json: string): JsonObject {
  if (json.trim() === "") return {};
  const input = tryParseJson(json);
  return isJsonObject(input) ? input : { _malformed_arguments: json };
}

function thinking(reasoning: string, signature: string): readonly object[] {
  if (reasoning === "" && signature === "") return [];
  return thinkingBlocks(reasoning, signature) ?? [{ type: "thinking", thinking: reasoning, signature }];
}
