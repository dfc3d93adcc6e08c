import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { API_KEY_PATTERN, hashApiKey, newApiKey } from "../../../../schema/credential/api-key.ts";
import { parseSecretKey } from "../../../../schema/credential/secret-key.ts";
import { fromBase64, fromBase64Url, toBase64, toBase64Url } from "../../../../schema/kernel/base64.ts";

const pepper = new Uint8Array(32).map((_, index) => index * 7);

describe("api keys", () => {
  it("a new key is ao_ and the 32 random bytes, and its hint is its beginning", () => {
    const bytes = new Uint8Array(32).fill(0xfb);
    const made = newApiKey({ randomBytes: (length) => bytes.slice(0, length) });
    expect(made.key).toMatch(API_KEY_PATTERN);
    expect(fromBase64Url(made.key.slice(3))).toEqual(bytes);
    expect(made.hint).toBe(made.key.slice(0, 10));
  });

  it("the stored hash is HMAC-SHA256 under the pepper in lower-case hex, as another implementation computes it", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.string(), async (anyPepper, key) => {
        const expected = createHmac("sha256", anyPepper).update(key).digest("hex");
        expect(await hashApiKey(anyPepper, key)).toBe(expected);
        expect(await hashApiKey(anyPepper, key)).toBe(expected);
      }),
    );
  });

  it("another pepper or another key gives another hash", async () => {
    const hash = await hashApiKey(pepper, "ao_a");
    expect(await hashApiKey(pepper, "ao_b")).not.toBe(hash);
    expect(await hashApiKey(new Uint8Array(32), "ao_a")).not.toBe(hash);
  });
});

describe("secret keys", () => {
  it.each([
    ["unset", undefined],
    ["empty", ""],
    ["too short", toBase64(new Uint8Array(31))],
    ["too long", toBase64(new Uint8Array(33))],
    ["not base 64", "§".repeat(44)],
    ["URL-safe where padded base 64 is due", toBase64Url(new Uint8Array(32).fill(0xff))],
    ["followed by a line end", `${toBase64(new Uint8Array(32))}\n`],
  ])("a secret that is %s is no key", (_, text) => {
    expect(parseSecretKey(text)).toBeNull();
  });

  it("32 bytes in base 64 are a key", () => {
    expect(parseSecretKey(toBase64(pepper))).toEqual(pepper);
  });
});

describe("base 64", () => {
  it("any bytes come back as they were, in both alphabets, as Node writes them", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
        expect(toBase64Url(bytes)).toBe(Buffer.from(bytes).toString("base64url"));
        expect(fromBase64(toBase64(bytes))).toEqual(new Uint8Array(bytes));
        expect(fromBase64Url(toBase64Url(bytes))).toEqual(new Uint8Array(bytes));
      }),
    );
  });

  it("bytes have one spelling only: padding, white space and stray bits are refused", () => {
    expect(fromBase64Url("AA")).toEqual(new Uint8Array([0]));
    for (const text of ["AA==", "AB", " AA", "AA\n", "A", "A+", "A/"]) expect(fromBase64Url(text)).toBeNull();
  });
});
