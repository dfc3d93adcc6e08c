import { createParser } from "eventsource-parser";
import { tryParseJson } from "../../../../schema/kernel/json.ts";
import { LIMITS } from "../../../../schema/kernel/limits.ts";
import type { EventReader, UpstreamEvent } from "./provider.ts";

/** One event was larger than LIMITS.sse_event_bytes. */
export class SseOverflow extends Error {}

/** A reader over `eventsource-parser`: LF, CR, CRLF, BOM, comments, multi-line data as the SSE standard has them. */
export function createSseReader(): EventReader {
  let events: UpstreamEvent[] = [];
  let overflow = false;
  const decoder = new TextDecoder();
  const parser = createParser({
    maxBufferSize: LIMITS.sse_event_bytes,
    onEvent: ({ event, data }) => events.push({ event: event ?? null, data }),
    onError: (error) => {
      if (error.type === "max-buffer-size-exceeded") overflow = true;
    },
  });
  const take = (): readonly UpstreamEvent[] => {
    if (overflow) throw new SseOverflow("one event of the provider's stream is larger than its limit");
    const taken = events;
    events = [];
    return taken;
  };
  return {
    feed: (bytes) => {
      parser.feed(decoder.decode(bytes, { stream: true }));
      return take();
    },
    end: () => {
      parser.feed(`${decoder.decode()}\n\n`);
      return take().filter(({ data }) => data === "[DONE]" || tryParseJson(data) !== undefined);
    },
  };
}
