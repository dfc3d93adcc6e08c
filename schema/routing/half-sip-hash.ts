/** Two halves of 32 bits. */
export type SipKey = readonly [number, number];

/**
 * HalfSipHash-2-4: 32 bits of a key and some bytes, without a sign. Who does not know the key cannot tell what a text
 * comes to. For short texts it costs less than the call of a cipher would.
 * Source: https://github.com/veorq/SipHash.
 */
export function halfSipHash([k0, k1]: SipKey, bytes: Uint8Array): number {
  let v0 = k0;
  let v1 = k1;
  let v2 = 0x6c796765 ^ k0;
  let v3 = 0x74656462 ^ k1;
  const rounds = (count: number): void => {
    for (let round = 0; round < count; round += 1) {
      v0 = (v0 + v1) | 0;
      v1 = rotated(v1, 5) ^ v0;
      v0 = rotated(v0, 16);
      v2 = (v2 + v3) | 0;
      v3 = rotated(v3, 8) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = rotated(v3, 7) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = rotated(v1, 13) ^ v2;
      v2 = rotated(v2, 16);
    }
  };
  const whole = bytes.length & ~3;
  for (let at = 0; at <= whole; at += 4) {
    // Four bytes, the least first; the last word has what is left over and the length.
    let word = at === whole ? (bytes.length & 0xff) << 24 : 0;
    for (let byte = 0; byte < 4 && at + byte < bytes.length; byte += 1) {
      word |= (bytes[at + byte] ?? 0) << (8 * byte);
    }
    v3 ^= word;
    rounds(2);
    v0 ^= word;
  }
  v2 ^= 0xff;
  rounds(4);
  return (v1 ^ v3) >>> 0;
}

const rotated = (word: number, bits: number): number => (word << bits) | (word >>> (32 - bits));
