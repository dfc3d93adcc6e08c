import type { FinishReason, Part } from "../../../../schema/canonical/parts.ts";
import type { AnswerIdentity } from "../chat-dialect.ts";
import type { StreamRenderer, StreamTail } from "../stream-renderer.ts";
import { type BlockEvent, createContentBlocks } from "./content-blocks.ts";
import { cutBeforeStart, emptyStream, errorEvent } from "./error-event.ts";
import { messagesEvent } from "./messages-event.ts";
import { stopReason } from "./stop-reason.ts";
import { toMessagesUsage } from "./usage.ts";

/** What the caller has: whether the message began, and the block that has not ended, if one has not. */
interface Delivered {
  readonly started: boolean;
  readonly open: number | null;
}

/** Renders the parts of any provider's first choice as the events of a message. */
export function createMessagesRenderer({ id, model }: AnswerIdentity): StreamRenderer {
  const blocks = createContentBlocks();
  let rendered: Delivered = { started: false, open: null };
  /** Before the last event: a cut takes back what that one brought. */
  let delivered = rendered;
  let finish: FinishReason | null = null;

  const start = (): string => {
    if (rendered.started) return "";
    rendered = { ...rendered, started: true };
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

  const blockText = (events: readonly BlockEvent[]): string =>
    events
      .map(({ type, ...rest }) => {
        if (type === "content_block_start") rendered = { ...rendered, open: rest.index };
        if (type === "content_block_stop") rendered = { ...rendered, open: null };
        return messagesEvent(type, rest);
      })
      .join("");

  const take = (part: Part): string => {
    if (part.type === "finish") finish = part.reason;
    return blockText(blocks.take(part));
  };

  const ending = ({ usage, ao }: StreamTail, reason: string): string =>
    messagesEvent("message_delta", {
      delta: { stop_reason: reason, stop_sequence: null },
      usage: toMessagesUsage(usage),
    }) + messagesEvent("message_stop", ao === null ? {} : { ao });

  return {
    event: (_event, parts) => {
      delivered = rendered;
      const own = parts.filter((part) => !("choice" in part) || part.choice === 0);
      const text = own.map(take).join("");
      return own.some(({ type }) => type === "start") || text !== "" ? `${start()}${text}` : "";
    },
    end: (tail) => {
      if (!rendered.started && finish === null) return emptyStream();
      return start() + blockText(blocks.end()) + ending(tail, stopReason(finish));
    },
    cut: (tail) => {
      if (!delivered.started) return cutBeforeStart(tail);
      // Arguments end where they end, as Anthropic's own do at `max_tokens`: what would complete them was not paid for.
      const stop = delivered.open === null ? "" : messagesEvent("content_block_stop", { index: delivered.open });
      return stop + ending(tail, "max_tokens");
    },
    error: errorEvent,
  };
}
