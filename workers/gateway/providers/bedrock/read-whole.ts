import type { Part } from "../../../../schema/canonical/parts.ts";
import type { JsonObject } from "../../../../schema/kernel/json.ts";
import type { Translation } from "../kit/provider.ts";
import { markRedacted, markSignature } from "../kit/thinking-signature.ts";
import { upstreamFailure } from "../kit/upstream-failure.ts";
import { toUsage } from "./convert-usage.ts";
import { mapFinishReason } from "./map-finish-reason.ts";
import { type AnswerBlock, answerSchema } from "./wire.ts";

type Names = Pick<Translation, "tool_names" | "json_tool">;

/** A whole answer as parts. A body that is none is one error part and no end. */
export function readWhole(body: JsonObject, names: Names): readonly Part[] {
  const parsed = answerSchema.safeParse(body);
  if (!parsed.success) return [{ type: "error", error: upstreamFailure("The provider's answer is not a message.") }];
  const { output, stopReason, usage } = parsed.data;
  const answer = readBlocks(output.message.content, names);
  const raw = stopReason ?? null;
  return [
    { type: "start", id: null, model: null },
    ...answer.parts,
    { type: "finish", choice: 0, reason: mapFinishReason(raw, answer.called_only_json_tool), raw },
    ...(usage ? [{ type: "usage" as const, usage: toUsage(usage) }] : []),
    { type: "end" },
  ];
}

function readBlocks(
  blocks: readonly AnswerBlock[],
  { tool_names, json_tool }: Names,
): { readonly parts: readonly Part[]; readonly called_only_json_tool: boolean } {
  const parts: Part[] = [];
  let index = 0;
  let reasoning_chars = 0;
  let signatures = 0;
  let answered_json = false;
  const sign = (signature: string) => {
    parts.push({ type: "reasoning_signature", choice: 0, signature });
    signatures += 1;
  };
  for (const { text, toolUse, reasoningContent } of blocks) {
    if (text) parts.push({ type: "text", choice: 0, text });
    const { reasoningText, redactedContent } = reasoningContent ?? {};
    const thought = reasoningText?.text ?? "";
    if (thought !== "") parts.push({ type: "reasoning", choice: 0, text: thought });
    if (reasoningText?.signature) {
      sign(markSignature(reasoningText.signature, reasoning_chars, signatures === 0 && reasoning_chars === 0));
    }
    reasoning_chars += thought.length;
    if (redactedContent) sign(markRedacted(redactedContent, reasoning_chars));
    if (!toolUse) continue;
    const json = JSON.stringify(toolUse.input ?? {});
    const name = toolUse.name ?? "";
    if (name === json_tool) {
      // The answer is one object; the API cannot be told to call the tool once only.
      if (!answered_json) parts.push({ type: "text", choice: 0, text: json });
      answered_json = true;
      continue;
    }
    parts.push(
      { type: "tool_call", choice: 0, index, id: toolUse.toolUseId ?? "", name: tool_names.get(name) ?? name },
      { type: "tool_arguments", choice: 0, index, json },
    );
    index += 1;
  }
  return { parts, called_only_json_tool: json_tool !== null && index === 0 };
}
