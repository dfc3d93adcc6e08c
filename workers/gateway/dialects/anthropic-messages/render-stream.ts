import type { FinishReason, Part } from "../../../../schema/canonical/parts.ts";
import { unreachable } from "../../../../schema/kernel/unreachable.ts";
import type { AnswerIdentity } from "../chat-dialect.ts";
import { errorStatusOf } from "../error-status.ts";
import type { StreamRenderer, StreamTail } from "../stream-renderer.ts";
import { anthropicEnvelope } from "./error-envelope.ts";
import { stopReason } from "./stop-reason.ts";
import { toMessagesUsage } from "./usage.ts";

/** One event of the caller's stream. */
export const messagesEvent = (type: string, data: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;

type OpenBlock =
  | { readonly type: "text" | "thinking" }
  | { readonly type: "tool"; readonly index: number; wrote: boolean };

/** Renders the parts of any provider's first choice as the events of a message. */
export function createMessagesRenderer({ id, model }: AnswerIdentity): StreamRenderer {
  let started = false;
  let blocks = 0;
  let open: OpenBlock | null = null;
  let finish: FinishReason | null = null;

  const start = (): string => {
    if (started) return "";
    started = true;
    return messagesEvent("message_start", {
      message: {
        id,
        type: "message",
        role: "assistant",
        model,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        // The prompt's tokens are known at the end: `message_delta` has them.
        usage: toMessagesUsage({}),
      },
    });
  };

  const close = (): string => {
    if (open === null) return "";
    // A call without arguments has an empty object, which clients put together from what they were sent.
    const empty = open.type === "tool" && !open.wrote ? delta({ type: "input_json_delta", partial_json: "{}" }) : "";
    open = null;
    blocks += 1;
    return `${empty}${messagesEvent("content_block_stop", { index: blocks - 1 })}`;
  };

  const delta = (value: object): string => messagesEvent("content_block_delta", { index: blocks, delta: value });

  const begin = (block: OpenBlock, content_block: object): string => {
    const before = close();
    open = block;
    return `${before}${messagesEvent("content_block_start", { index: blocks, content_block })}`;
  };

  const part = (item: Part): string => {
    switch (item.type) {
      case "text":
      case "refusal":
        return `${open?.type === "text" ? "" : begin({ type: "text" }, { type: "text", text: "" })}${delta({ type: "text_delta", text: item.text })}`;
      case "reasoning":
        return `${thinkingOpen()}${delta({ type: "thinking_delta", thinking: item.text })}`;
      case "reasoning_signature":
        return `${thinkingOpen()}${delta({ type: "signature_delta", signature: item.signature })}`;
      case "tool_call":
        return begin(
          { type: "tool", index: item.index, wrote: false },
          { type: "tool_use", id: item.id, name: item.name, input: {} },
        );
      case "tool_arguments":
        if (open?.type !== "tool" || open.index !== item.index) return "";
        open.wrote ||= item.json !== "";
        return delta({ type: "input_json_delta", partial_json: item.json });
      case "finish":
        finish = item.reason;
        return "";
      case "start":
      case "usage":
      case "error":
      case "end":
        return "";
      default:
        return unreachable(item);
    }
  };

  const thinkingOpen = (): string =>
    open?.type === "thinking" ? "" : begin({ type: "thinking" }, { type: "thinking", thinking: "", signature: "" });

  const ending = ({ usage, ao }: StreamTail, reason: string): string =>
    start() +
    close() +
    messagesEvent("message_delta", {
      delta: { stop_reason: reason, stop_sequence: null },
      usage: toMessagesUsage(usage),
    }) +
    messagesEvent("message_stop", ao === null ? {} : { ao });

  return {
    event: (_event, parts) => {
      const own = parts.filter((item) => !("choice" in item) || item.choice === 0);
      const text = own.map(part).join("");
      return own.some(({ type }) => type === "start") || text !== "" ? `${start()}${text}` : "";
    },
    end: (tail) => ending(tail, stopReason(finish)),
    cut: (tail) => ending(tail, "max_tokens"),
    error: (body) => `event: error\ndata: ${JSON.stringify(anthropicEnvelope(body, errorStatusOf(body)))}\n\n`,
  };
}
