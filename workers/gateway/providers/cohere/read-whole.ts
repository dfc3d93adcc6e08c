import type { Part } from "../../../../schema/canonical/parts.ts";
import type { JsonObject } from "../../../../schema/kernel/json.ts";
import type { Translation } from "../kit/provider.ts";
import { upstreamFailure } from "../kit/upstream-failure.ts";
import { convertUsage } from "./convert-usage.ts";
import { failureOf, mapFinishReason } from "./map-finish-reason.ts";
import { type AnswerCall, type ContentItem, chatSchema } from "./wire.ts";

export type AnswerNames = Pick<Translation, "tool_names">;

/** A whole answer as parts. A body that is none, or says that it failed, is one error part and no end. */
export function readWhole(body: JsonObject, names: AnswerNames): readonly Part[] {
  const parsed = chatSchema.safeParse(body);
  if (!parsed.success) return [{ type: "error", error: upstreamFailure("The provider's answer is not a message.") }];
  const { id, message, finish_reason, usage } = parsed.data;
  const failed = failureOf(finish_reason, null);
  if (failed !== null) return [{ type: "error", error: failed }];
  const raw = finish_reason ?? null;
  const counted = convertUsage(usage);
  return [
    { type: "start", id: id ?? null, model: null },
    ...reasoning(message.tool_plan),
    ...(message.content ?? []).flatMap(contentParts),
    ...(message.tool_calls ?? []).flatMap((call, index): readonly Part[] => [
      toolCall(call, index, names),
      { type: "tool_arguments", choice: 0, index, json: call.function?.arguments || "{}" },
    ]),
    { type: "finish", choice: 0, reason: mapFinishReason(raw), raw },
    ...(counted === null ? [] : [{ type: "usage" as const, usage: counted }]),
    { type: "end" },
  ];
}

/** An item of content, or a piece of one: its text, or its thinking, whichever it has. */
export const contentParts = (item: ContentItem): readonly Part[] => [
  ...reasoning(item.thinking),
  ...(item.text ? [{ type: "text" as const, choice: 0, text: item.text }] : []),
];

/** Thinking, and what the model says about its tools before it calls them: neither is the answer. */
export const reasoning = (text: string | null | undefined): readonly Part[] =>
  text ? [{ type: "reasoning", choice: 0, text }] : [];

/** A tool call's beginning, its name as the caller knows it. */
export const toolCall = (call: AnswerCall, index: number, { tool_names }: AnswerNames): Part => ({
  type: "tool_call",
  choice: 0,
  index,
  id: call.id ?? "",
  name: tool_names.get(call.function?.name ?? "") ?? call.function?.name ?? "",
});
