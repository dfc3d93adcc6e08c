import { END_OF_STREAM } from "../kit/end-of-stream.ts";
import type { EventReader } from "../kit/provider.ts";
import { createSseReader } from "../kit/sse.ts";

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
