import { expect, it } from "vitest";
import { halfSipHash } from "../../../../schema/routing/half-sip-hash.ts";

/** Of the reference implementation (vectors.h, hsip32): the key is the bytes 0 to 7, the message the first n bytes 0, 1, 2, … */
const VECTORS = [
  "a9359f5b",
  "27475ab8",
  "fa62a603",
  "8afee704",
  "2a6e4689",
  "c5fab669",
  "5863fc23",
  "8bcf63c5",
  "d0b8848f",
  "f806e779",
  "94b07934",
  "08083050",
  "57f0872f",
  "77e663ff",
  "d6fff87c",
  "74fe2b97",
];

it.each(VECTORS.map((hex, length) => [length, hex] as const))("of %i bytes is the reference's", (length, hex) => {
  const found = halfSipHash(
    [0x03020100, 0x07060504],
    Uint8Array.from({ length }, (_, at) => at),
  );
  const bytes = [0, 8, 16, 24].map((shift) => ((found >>> shift) & 0xff).toString(16).padStart(2, "0"));
  expect(bytes.join("")).toBe(hex);
});
