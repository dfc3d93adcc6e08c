import type { Part } from "../../../../schema/canonical/parts.ts";
import type { JsonObject } from "../../../../schema/kernel/json.ts";
import type { Translation } from "../kit/provider.ts";
import { markRedacted, markSignature } from "../kit/thinking-signature.ts";
import { upstreamFailure } from "../kit/upstream-failure.ts";
import { mergeCounts, NO_COUNTS, toUsage } from "./convert-usage.ts";
import { mapFinishReason } from "./map-finish-reason.ts";
import { readErrorDetail } from "./read-error.ts";
import { type AnswerBlock, errorSchema, messageSchema } from "./wire.ts";

/** The names in an answer's tool calls, as the caller knows them. */
export type AnswerNames = Pick<Translation, "tool_names" | "json_tool">;

/** A whole answer as parts. A body that is none, or holds an error, is one error part and no end. */
export function readWhole(body: JsonObject, names: AnswerNames): readonly Part[] {
  const failed = errorSchema.safeParse(body);
  if (failed.success) return [{ type: "error", error: readErrorDetail(failed.data.error) }];
  const parsed = messageSchema.safeParse(body);
  if (!parsed.success) return [{ type: "error", error: upstreamFailure("The provider's answer is not a message.") }];
  const { id, model, content, stop_reason, stop_details, usage } = parsed.data;
  const answer = readBlocks(content, names);
  const explanation = stop_reason === "refusal" ? (stop_details?.explanation ?? "") : "";
  const raw = stop_reason ?? null;
  return [
    { type: "start", id: id ?? null, model: model ?? null },
    ...answer.parts,
    ...(explanation === "" ? [] : [{ type: "refusal" as const, choice: 0, text: explanation }]),
    { type: "finish", choice: 0, reason: mapFinishReason(raw, answer.called_only_json_tool), raw },
    ...(usage ? [{ type: "usage" as const, usage: toUsage(mergeCounts(NO_COUNTS, usage)) }] : []),
    { type: "end" },
  ];
}

function readBlocks(
  blocks: readonly AnswerBlock[],
  names: AnswerNames,
): { readonly parts: readonly Part[]; readonly called_only_json_tool: boolean } {
  const parts: Part[] = [];
  let index = 0;
  let reasoning_chars = 0;
  let signatures = 0;
  for (const block of blocks) {
    switch (block.type) {
      case "text":
        if (block.text) parts.push({ type: "text", choice: 0, text: block.text });
        break;
      case "thinking":
        if (block.thinking) parts.push({ type: "reasoning", choice: 0, text: block.thinking });
        if (block.signature) {
          const signature = markSignature(block.signature, reasoning_chars, signatures === 0 && reasoning_chars === 0);
          parts.push({ type: "reasoning_signature", choice: 0, signature });
          signatures += 1;
        }
        reasoning_chars += block.thinking?.length ?? 0;
        break;
      case "redacted_thinking":
        parts.push({
          type: "reasoning_signature",
          choice: 0,
          signature: markRedacted(block.data ?? "", reasoning_chars),
        });
        signatures += 1;
        break;
      case "tool_use": {
        const json = JSON.stringify(block.input ?? {});
        if (block.name === names.json_tool) {
          parts.push({ type: "text", choice: 0, text: json });
          break;
        }
        parts.push(toolCall(block, index, names), { type: "tool_arguments", choice: 0, index, json });
        index += 1;
        break;
      }
      // The provider's own tools (`server_tool_use` and their results) are no calls for the caller; nor is what is new.
      default:
        break;
    }
  }
  return { parts, called_only_json_tool: names.json_tool !== null && index === 0 };
}

/** A tool call's beginning, its name as the caller knows it. */
export const toolCall = (block: AnswerBlock, index: number, { tool_names }: AnswerNames): Part => ({
  type: "tool_call",
  choice: 0,
  index,
  id: block.id ?? "",
  name: tool_names.get(block.name ?? "") ?? block.name ?? "",
});
