/** The bytes of streams. */

const encoder = new TextEncoder();

export const encode = (text: string): Uint8Array => encoder.encode(text);

/** One SSE event without a name. */
export const sseEvent = (data: string): Uint8Array => encode(`data: ${data}\n\n`);

/** One SSE event with a name. */
export const namedEvent = (event: string, data: string): Uint8Array => encode(`event: ${event}\ndata: ${data}\n\n`);

/** Frames as one run of bytes. */
export function joined(frames: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(frames.reduce((sum, frame) => sum + frame.length, 0));
  let at = 0;
  for (const frame of frames) {
    bytes.set(frame, at);
    at += frame.length;
  }
  return bytes;
}
