import type { Part } from "../../../../schema/canonical/parts.ts";
import type { Usage } from "../../../../schema/canonical/usage.ts";
import { tryParseJson } from "../../../../schema/kernel/json.ts";
import { unreachable } from "../../../../schema/kernel/unreachable.ts";
import type { AnswerIdentity } from "../chat-dialect.ts";
import { type BlockDelta, type BlockEvent, createContentBlocks, type StartBlock } from "./content-blocks.ts";
import { stopReason } from "./stop-reason.ts";
import { toMessagesUsage } from "./usage.ts";

/** Assembles the parts of the first choice into a message: what a client makes of the same parts as a stream. */
export function renderWhole(
  parts: readonly Part[],
  { id, model }: AnswerIdentity,
  usage: Usage,
): Record<string, unknown> {
  const own = parts.filter((part) => "choice" in part && part.choice === 0);
  const blocks = createContentBlocks();
  const finish = own.findLast((part) => part.type === "finish");
  return {
    id,
    type: "message",
    role: "assistant",
    model,
    content: assembled([...own.flatMap((part) => blocks.take(part)), ...blocks.end()]),
    stop_reason: stopReason(finish?.type === "finish" ? finish.reason : null),
    stop_sequence: null,
    usage: toMessagesUsage(usage),
  };
}

interface Assembled {
  readonly start: StartBlock;
  text: string;
  signature: string;
}

function assembled(events: readonly BlockEvent[]): readonly object[] {
  const blocks: Assembled[] = [];
  for (const event of events) {
    if (event.type === "content_block_start") blocks.push({ start: event.content_block, text: "", signature: "" });
    else if (event.type === "content_block_delta") add(blocks.at(-1), event.delta);
  }
  return blocks.map(whole);
}

function add(block: Assembled | undefined, delta: BlockDelta): void {
  if (block === undefined) return;
  switch (delta.type) {
    case "text_delta":
      block.text += delta.text;
      return;
    case "thinking_delta":
      block.text += delta.thinking;
      return;
    case "input_json_delta":
      block.text += delta.partial_json;
      return;
    case "signature_delta":
      block.signature += delta.signature;
      return;
    default:
      unreachable(delta);
  }
}

function whole({ start, text, signature }: Assembled): object {
  switch (start.type) {
    case "text":
      return { ...start, text };
    case "thinking":
      return { ...start, thinking: text, signature };
    case "redacted_thinking":
      return start;
    case "tool_use":
      return { ...start, input: tryParseJson(text) ?? {} };
    default:
      return unreachable(start);
  }
}
