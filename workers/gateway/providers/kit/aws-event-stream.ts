import { EventStreamCodec } from "@smithy/eventstream-codec";
import { LIMITS } from "../../../../schema/kernel/limits.ts";
import { END_OF_STREAM } from "./end-of-stream.ts";
import type { EventReader, UpstreamEvent } from "./provider.ts";

/** The bytes are no event stream of AWS, a checksum is wrong, or a frame is too large. */
export class AwsEventStreamError extends Error {
  override readonly name = "AwsEventStreamError";
}

/** The name of an event that is an exception begins so; its type follows. */
export const EXCEPTION = "exception:";

/** Two lengths, the checksum over them, and the checksum of the message. */
const FRAME_BYTES_MIN = 16;
const LENGTH_BYTES = 4;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const codec = new EventStreamCodec(
  (bytes) => (typeof bytes === "string" ? bytes : decoder.decode(bytes)),
  (text) => encoder.encode(text),
);

/**
 * Reads `application/vnd.amazon.eventstream`, both checksums of every frame verified. An event has the name of its
 * `:event-type`; an exception or an error is `exception:<type>` with JSON that has its message.
 * Source: the AWS reference on event stream encoding.
 */
export function createAwsEventReader(): EventReader {
  let pending: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  let held = 0;
  /** Grows by doubling, so that a frame that comes by the byte is not copied for each. */
  const append = (bytes: Uint8Array): void => {
    if (held + bytes.length > pending.length) {
      const larger = new Uint8Array(Math.max((held + bytes.length) * 2, 1_024));
      larger.set(pending.subarray(0, held));
      pending = larger;
    }
    pending.set(bytes, held);
    held += bytes.length;
  };
  return {
    feed(bytes) {
      append(bytes);
      const events: UpstreamEvent[] = [];
      let at = 0;
      while (held - at >= LENGTH_BYTES) {
        const size = new DataView(pending.buffer, at, LENGTH_BYTES).getUint32(0);
        if (size < FRAME_BYTES_MIN) throw new AwsEventStreamError("a frame is shorter than its own lengths");
        if (size > LIMITS.sse_event_bytes) throw new AwsEventStreamError("a frame is larger than its limit");
        if (held - at < size) break;
        events.push(decode(pending.subarray(at, at + size)));
        at += size;
      }
      pending.copyWithin(0, at, held);
      held -= at;
      return events;
    },
    end: () => (held === 0 ? [{ event: END_OF_STREAM, data: "" }] : []),
  };
}

function decode(frame: Uint8Array): UpstreamEvent {
  const { headers, body } = message(frame);
  const text = (name: string): string => {
    const value = headers[name]?.value;
    return typeof value === "string" ? value : "";
  };
  switch (text(":message-type")) {
    case "exception":
      return { event: `${EXCEPTION}${text(":exception-type")}`, data: decoder.decode(body) };
    // A failure that is not modelled: it has no body, its words stand in a header.
    case "error":
      return { event: `${EXCEPTION}${text(":error-code")}`, data: JSON.stringify({ message: text(":error-message") }) };
    default:
      return { event: text(":event-type"), data: decoder.decode(body) };
  }
}

function message(frame: Uint8Array): ReturnType<typeof codec.decode> {
  try {
    return codec.decode(frame);
  } catch (error) {
    throw new AwsEventStreamError(error instanceof Error ? error.message : "a frame cannot be read");
  }
}
