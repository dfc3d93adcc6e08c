/** Bytes as text. Reading is strict: what is not exactly the encoding of some bytes answers null. */

/** A copy on an `ArrayBuffer` of its own, which is what WebCrypto takes. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** So many arguments a call takes on every runtime. Media are megabytes: byte by byte they take seconds. */
const PIECE_BYTES = 8_192;

/** Base 64 with padding, the alphabet of RFC 4648 section 4. */
export function toBase64(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    pieces.push(String.fromCharCode(...bytes.subarray(at, at + PIECE_BYTES)));
  }
  return btoa(pieces.join(""));
}

/** Base 64 without padding, the URL-safe alphabet of RFC 4648 section 5. */
export function toBase64Url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** Reads padded base 64; null when the text is not what `toBase64` writes. */
export function fromBase64(text: string): Bytes | null {
  const bytes = decode(text);
  // `atob` forgives white space, missing padding and stray bits in the last digit: one value must have one spelling.
  return bytes !== null && toBase64(bytes) === text ? bytes : null;
}

/** Reads URL-safe base 64 without padding; null when the text is not what `toBase64Url` writes. */
export function fromBase64Url(text: string): Bytes | null {
  const bytes = decode(text.replaceAll("-", "+").replaceAll("_", "/"));
  return bytes !== null && toBase64Url(bytes) === text ? bytes : null;
}

function decode(text: string): Bytes | null {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    return null;
  }
}
