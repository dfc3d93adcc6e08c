import { describe, expect, it } from "vitest";
import { fromBase64, toBase64 } from "../../../schema/kernel/base64.ts";

describe("bytes as base 64", () => {
  it.each([0, 1, 2, 3, 8_191, 8_192, 8_193, 100_000])(
    "are what others make of them, %i of them, and come back",
    (length) => {
      const bytes = Uint8Array.from({ length }, (_, at) => (at * 7 + (at >> 8)) % 256);
      const text = toBase64(bytes);
      expect(text).toBe(Buffer.from(bytes).toString("base64"));
      expect(fromBase64(text)).toEqual(bytes);
    },
  );
});
