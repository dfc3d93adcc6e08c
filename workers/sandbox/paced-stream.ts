import type { SeenRequest } from "./seen.ts";
import { endSeen } from "./seen.ts";

/** The frames of a body in order; the last one is returned, so that the stream can close together with it. */
export type Frames = AsyncGenerator<Uint8Array, Uint8Array>;

/**
 * A body that is generated only as it is read: nothing is queued, each pull makes one frame. When the reader cancels or
 * `stop` fires, generation ends there and `seen` is marked as cancelled.
 *
 * Both are watched because a runtime may tell a lost client through either of them.
 */
export function pacedStream(frames: Frames, stop: AbortController, seen: SeenRequest): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        stop.signal.addEventListener(
          "abort",
          () => {
            if (seen.state !== "open") return;
            endSeen(seen, "cancelled");
            // A reader that still listens must not take a broken-off body for a whole one.
            controller.error(new Error("the request was aborted"));
          },
          { once: true },
        );
      },
      async pull(controller) {
        const next = await frames.next();
        if (seen.state !== "open") return;
        if (next.value.length > 0) {
          controller.enqueue(next.value);
          seen.frames_sent += 1;
        }
        if (next.done === true) {
          endSeen(seen, "finished");
          controller.close();
        }
      },
      cancel() {
        endSeen(seen, "cancelled");
        stop.abort();
      },
    },
    { highWaterMark: 0 },
  );
}

/** The same bytes in fragments of at most `fragment_bytes`, cut wherever that falls, inside characters too. */
export async function* fragmented(frames: Frames, fragment_bytes: number): Frames {
  for (;;) {
    const next = await frames.next();
    const bytes = next.value;
    let from = 0;
    while (bytes.length - from > fragment_bytes) {
      yield bytes.subarray(from, from + fragment_bytes);
      from += fragment_bytes;
    }
    const rest = bytes.subarray(from);
    if (next.done === true) return rest;
    yield rest;
  }
}
