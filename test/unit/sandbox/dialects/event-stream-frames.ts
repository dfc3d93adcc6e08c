import { crc32 } from "node:zlib";

export interface Frame {
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: unknown;
}

/** The frames of an AWS event stream, with both checksums verified; a last frame that is cut off is left out. */
export function readFrames(bytes: Uint8Array): readonly Frame[] {
  const frames: Frame[] = [];
  let rest = bytes;
  while (rest.length >= 16) {
    const view = new DataView(rest.buffer, rest.byteOffset, rest.byteLength);
    const [total, header_bytes] = [view.getUint32(0), view.getUint32(4)];
    if (view.getUint32(8) !== crc32(rest.subarray(0, 8))) throw new Error("the prelude's checksum is wrong");
    if (rest.length < total) break;
    if (view.getUint32(total - 4) !== crc32(rest.subarray(0, total - 4))) throw new Error("the checksum is wrong");
    const payload: unknown = JSON.parse(new TextDecoder().decode(rest.subarray(12 + header_bytes, total - 4)));
    frames.push({ headers: readHeaders(rest.subarray(12, 12 + header_bytes)), payload });
    rest = rest.subarray(total);
  }
  return frames;
}

function readHeaders(bytes: Uint8Array): Record<string, string> {
  const headers: Record<string, string> = {};
  const text = (from: number, length: number) => new TextDecoder().decode(bytes.subarray(from, from + length));
  for (let at = 0; at < bytes.length; ) {
    const name_length = bytes[at] ?? 0;
    const value_at = at + 1 + name_length + 3;
    const value_length = ((bytes[value_at - 2] ?? 0) << 8) | (bytes[value_at - 1] ?? 0);
    if (bytes[at + 1 + name_length] !== 7) throw new Error("a header is no string");
    headers[text(at + 1, name_length)] = text(value_at, value_length);
    at = value_at + value_length;
  }
  return headers;
}
