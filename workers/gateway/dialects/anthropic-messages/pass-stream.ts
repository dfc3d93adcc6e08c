import type { Part } from "../../../../schema/canonical/parts.ts";
import { isJsonObject, type JsonObject, tryParseJson } from "../../../../schema/kernel/json.ts";
import type { UpstreamEvent } from "../../providers/kit/provider.ts";
import type { AnswerIdentity } from "../chat-dialect.ts";
import { errorStatusOf } from "../error-status.ts";
import type { StreamRenderer, StreamTail } from "../stream-renderer.ts";
import { anthropicEnvelope } from "./error-envelope.ts";
import { messagesEvent } from "./render-stream.ts";
import { toMessagesUsage } from "./usage.ts";

/** Passes the stream of a provider that speaks this dialect: each event goes on as it came. */
export function createPassRenderer(_identity: AnswerIdentity): StreamRenderer {
  const open = new Set<number>();
  let delta_sent = false;

  const note = ({ data }: UpstreamEvent, type: string): void => {
    if (type === "message_delta") delta_sent = true;
    if (type !== "content_block_start" && type !== "content_block_stop") return;
    const value = tryParseJson(data);
    const index = isJsonObject(value) && typeof value.index === "number" ? value.index : 0;
    if (type === "content_block_start") open.add(index);
    else open.delete(index);
  };

  return {
    event: (upstream: UpstreamEvent, parts: readonly Part[]): string => {
      if (parts.some(({ type }) => type === "end" || type === "error")) return "";
      const type = upstream.event ?? typeOf(tryParseJson(upstream.data));
      note(upstream, type);
      return `event: ${type}\ndata: ${upstream.data}\n\n`;
    },
    end: ({ ao }: StreamTail) => messagesEvent("message_stop", ao === null ? {} : { ao }),
    cut: ({ usage, ao }: StreamTail) => {
      const stops = [...open].map((index) => messagesEvent("content_block_stop", { index })).join("");
      const last = delta_sent
        ? ""
        : messagesEvent("message_delta", {
            delta: { stop_reason: "max_tokens", stop_sequence: null },
            usage: toMessagesUsage(usage),
          });
      return `${stops}${last}${messagesEvent("message_stop", ao === null ? {} : { ao })}`;
    },
    error: (body) => `event: error\ndata: ${JSON.stringify(anthropicEnvelope(body, errorStatusOf(body)))}\n\n`,
  };
}

const typeOf = (value: JsonObject | unknown): string =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string"
    ? value.type
    : "message";
