import type { FinishReason, Part } from "../../../../schema/canonical/parts.ts";
import type { Usage } from "../../../../schema/canonical/usage.ts";
import { unreachable } from "../../../../schema/kernel/unreachable.ts";
import type { AnswerIdentity } from "../chat-dialect.ts";
import { signatureField } from "./signature-field.ts";
import { toOpenAiUsage } from "./usage.ts";

interface ToolCallDraft {
  readonly id: string;
  readonly name: string;
  readonly signature: string | undefined;
  arguments: string;
}

interface ChoiceDraft {
  content: string | null;
  refusal: string | null;
  reasoning: string | null;
  signature: string | null;
  readonly tool_calls: Map<number, ToolCallDraft>;
  finish: FinishReason | null;
}

/** Assembles parts into a `chat.completion`. The choices come in the order of their index. */
export function renderWhole(parts: readonly Part[], identity: AnswerIdentity, usage: Usage): Record<string, unknown> {
  const choices = new Map<number, ChoiceDraft>();
  for (const part of parts) {
    if ("choice" in part) addToChoice(draftOf(choices, part.choice), part);
  }
  // A provider that answers with nothing (a blocked prompt, a cap eaten by reasoning) still has one choice.
  if (choices.size === 0) draftOf(choices, 0);
  return {
    id: identity.id,
    object: "chat.completion",
    created: identity.created,
    model: identity.model,
    choices: [...choices].sort(([a], [b]) => a - b).map(([index, draft]) => renderChoice(index, draft)),
    usage: toOpenAiUsage(usage),
  };
}

function draftOf(choices: Map<number, ChoiceDraft>, index: number): ChoiceDraft {
  const known = choices.get(index);
  if (known !== undefined) return known;
  const draft: ChoiceDraft = {
    content: null,
    refusal: null,
    reasoning: null,
    signature: null,
    tool_calls: new Map(),
    finish: null,
  };
  choices.set(index, draft);
  return draft;
}

function addToChoice(draft: ChoiceDraft, part: Extract<Part, { choice: number }>): void {
  switch (part.type) {
    case "text":
      draft.content = (draft.content ?? "") + part.text;
      return;
    case "refusal":
      draft.refusal = (draft.refusal ?? "") + part.text;
      return;
    case "reasoning":
      draft.reasoning = (draft.reasoning ?? "") + part.text;
      return;
    case "reasoning_signature":
      // Several blocks have a signature each; joined, as their texts are, they can be told apart again.
      draft.signature = (draft.signature ?? "") + part.signature;
      return;
    case "tool_call":
      draft.tool_calls.set(part.index, {
        id: part.id,
        name: part.name,
        signature: part.signature,
        arguments: "",
      });
      return;
    case "tool_arguments": {
      const call = draft.tool_calls.get(part.index);
      if (call !== undefined) call.arguments += part.json;
      return;
    }
    case "finish":
      draft.finish = part.reason;
      return;
    default:
      unreachable(part);
  }
}

function renderChoice(index: number, draft: ChoiceDraft): Record<string, unknown> {
  const tool_calls = [...draft.tool_calls]
    .sort(([a], [b]) => a - b)
    .map(([, call]) => ({
      id: call.id,
      type: "function",
      function: { name: call.name, arguments: call.arguments },
      ...signatureField(call.signature),
    }));
  const silent = draft.content === null && draft.refusal === null && tool_calls.length === 0;
  return {
    index,
    message: {
      role: "assistant",
      // Null only beside a tool call or a refusal: apps read `content.length` of every other answer.
      content: silent ? "" : draft.content,
      refusal: draft.refusal,
      ...(draft.reasoning === null ? {} : { reasoning_content: draft.reasoning }),
      ...(draft.signature === null ? {} : { reasoning_signature: draft.signature }),
      ...(tool_calls.length === 0 ? {} : { tool_calls }),
    },
    logprobs: null,
    finish_reason: draft.finish,
  };
}
