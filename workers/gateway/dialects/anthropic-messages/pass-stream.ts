import type { Part } from "../../../../schema/canonical/parts.ts";
import { isJsonObject, type Json, tryParseJson } from "../../../../schema/kernel/json.ts";
import type { UpstreamEvent } from "../../providers/kit/provider.ts";
import type { StreamRenderer, StreamTail } from "../stream-renderer.ts";
import { cutBeforeStart, emptyStream, errorEvent } from "./error-event.ts";
import { messagesEvent } from "./messages-event.ts";
import { toMessagesUsage } from "./usage.ts";

/** What the caller has of a message. */
interface Delivered {
  /** Whether anything of it came, beside pings. */
  readonly started: boolean;
  /** Blocks that have not ended. */
  readonly open: ReadonlySet<number>;
  /** Whether its stop reason was told. */
  readonly stopped: boolean;
}

/** Passes the stream of a provider that speaks this dialect: each event goes on as it came. */
export function createPassRenderer(): StreamRenderer {
  let passed: Delivered = { started: false, open: new Set(), stopped: false };
  /** Before the last event: a cut takes back what that one brought. */
  let delivered = passed;

  return {
    event: ({ event, data }: UpstreamEvent, parts: readonly Part[]): string => {
      delivered = passed;
      if (parts.some(({ type }) => type === "end" || type === "error")) return "";
      const value = tryParseJson(data);
      const type = event ?? typeOf(value);
      passed = after(passed, type, value);
      return `event: ${type}\n${dataLines(data)}\n\n`;
    },
    end: ({ ao }: StreamTail) =>
      passed.started ? messagesEvent("message_stop", ao === null ? {} : { ao }) : emptyStream(),
    cut: (tail: StreamTail) => {
      if (!delivered.started) return cutBeforeStart(tail);
      const { usage, ao } = tail;
      const stops = [...delivered.open].map((index) => messagesEvent("content_block_stop", { index })).join("");
      const last = delivered.stopped
        ? ""
        : messagesEvent("message_delta", {
            delta: { stop_reason: "max_tokens", stop_sequence: null },
            usage: toMessagesUsage(usage),
          });
      return `${stops}${last}${messagesEvent("message_stop", ao === null ? {} : { ao })}`;
    },
    error: errorEvent,
  };
}

function after(before: Delivered, type: string, value: Json | undefined): Delivered {
  switch (type) {
    case "message_start":
      return { ...before, started: true };
    case "message_delta":
      return { ...before, started: true, stopped: true };
    case "content_block_delta":
      return { ...before, started: true };
    case "content_block_start":
    case "content_block_stop": {
      const index = isJsonObject(value) && typeof value.index === "number" ? value.index : 0;
      const open = new Set(before.open);
      if (type === "content_block_start") open.add(index);
      else open.delete(index);
      return { ...before, started: true, open };
    }
    default:
      return before;
  }
}

/** Data of several lines stays on several. */
const dataLines = (data: string): string => `data: ${data.replaceAll("\n", "\ndata: ")}`;

const typeOf = (value: Json | undefined): string =>
  isJsonObject(value) && typeof value.type === "string" ? value.type : "message";
