import type { EventReader } from "../kit/provider.ts";
import { createSseReader } from "../kit/sse.ts";

/** The name of the event that stands for the end of the stream, which the provider does not mark. */
export const END_OF_STREAM = "gateway.end_of_stream";

/**
 * Server-sent events, and one more when the stream has come to its end: usage may come behind the last reason, so only
 * the end of the stream tells that nothing follows.
 */
export function createReader(): EventReader {
  const sse = createSseReader();
  return {
    feed: (bytes) => sse.feed(bytes),
    end: () => [...sse.end(), { event: END_OF_STREAM, data: "" }],
  };
}
