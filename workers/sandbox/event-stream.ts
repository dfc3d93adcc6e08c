/**
 * Frames of `application/vnd.amazon.eventstream`: total length, length of the headers, checksum of the two; headers;
 * payload; checksum of all. Numbers are big-endian, checksums CRC32.
 * Source: the AWS SDK's specification of the event stream encoding.
 */
export function eventStreamFrame(headers: Readonly<Record<string, string>>, payload: string): Uint8Array {
  const header_bytes = Object.entries(headers).flatMap(([name, value]) => headerBytes(name, value));
  const body = encoder.encode(payload);
  const bytes = new Uint8Array(PRELUDE_BYTES + header_bytes.length + body.length + CHECKSUM_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length);
  view.setUint32(4, header_bytes.length);
  view.setUint32(8, crc32(bytes.subarray(0, 8)));
  bytes.set(header_bytes, PRELUDE_BYTES);
  bytes.set(body, PRELUDE_BYTES + header_bytes.length);
  view.setUint32(bytes.length - CHECKSUM_BYTES, crc32(bytes.subarray(0, bytes.length - CHECKSUM_BYTES)));
  return bytes;
}

const PRELUDE_BYTES = 12;
const CHECKSUM_BYTES = 4;
/** The type of a header's value: a string of a two-byte length. */
const STRING = 7;

const encoder = new TextEncoder();

function headerBytes(name: string, value: string): readonly number[] {
  const [name_bytes, value_bytes] = [encoder.encode(name), encoder.encode(value)];
  const length = value_bytes.length;
  return [name_bytes.length, ...name_bytes, STRING, length >> 8, length & 0xff, ...value_bytes];
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (TABLE[(crc ^ byte) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}
