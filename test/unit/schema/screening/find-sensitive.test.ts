import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findSensitive } from "../../../../schema/screening/find-sensitive.ts";

/** Put together here, so that no scanner takes this file for a leak. */
const joined = (...parts: string[]): string => parts.join("");

describe("what must not be kept is found", () => {
  it.each([
    ["email", "write to ann.lee+news@mail.example.co.uk today"],
    ["email", JSON.stringify({ content: "x\nann@example.com" })],
    ["card", "my card is 4111 1111 1111 1111, thanks"],
    ["card", "5500-0000-0000-0004"],
    ["card", "378282246310005"],
    ["iban", "to DE89 3704 0044 0532 0130 00 please"],
    ["iban", "GB82WEST12345698765432"],
    ["social_security", "SSN 536-90-4399"],
    ["private_key", joined("-----BEGIN RSA ", "PRIVATE KEY-----\nMIIE")],
    ["private_key", joined("-----BEGIN ", "PRIVATE KEY-----")],
    ["credential", joined("sk-", "proj-abcdefghijklmnopqrstuvwx")],
    ["credential", joined("ao_", "abcdefghijklmnopqrstuvwxyz0123456789")],
    ["credential", joined("AKIA", "IOSFODNN7EXAMPLE")],
    ["credential", joined("ghp_", "abcdefghijklmnopqrstuvwxyz0123456789")],
    ["credential", joined("xoxb-", "1234567890-abcdef")],
    ["credential", joined("sk_live_", "abcdefghijklmnop1234")],
    ["credential", joined("AIza", "SyA1234567890abcdefghijklmnopqrstuv")],
    ["credential", joined("eyJhbGciOiJI", ".eyJzdWIiOiIxMjM0", ".SflKxwRJSMeKKF2QT4")],
    ["credential", "password: hunter2hunter2"],
    ["credential", 'api_key = "abc123def456"'],
    ["credential", "Authorization: Bearer abc123def456ghi"],
  ])("%s: %s", (kind, text) => expect(findSensitive(text)).toBe(kind));
});

describe("what may be kept is not taken for it", () => {
  it.each([
    "What is the capital of France?",
    "order 4111 1111 1111 1112",
    "the number 1234567890123456 is not a card",
    "at 2026-11-26 12:30:00, 3.14159265358979",
    "DE89 3704 0044 0532 0130 01",
    "666-12-3456 and 000-12-3456",
    "call me @ noon",
    "how do I reset my password?",
    "what is a bearer token",
    "the key idea of a secret key is that nobody knows it",
    "sk-short",
    JSON.stringify({ type: "function", function: { name: "get_weather", parameters: { type: "object" } } }),
  ])("%s", (text) => expect(findSensitive(text)).toBeNull());
});

it("any card number with its check digit is found, and with another last digit it is not", () => {
  const digits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 14, maxLength: 14 });
  fc.assert(
    fc.property(digits, fc.integer({ min: 1, max: 9 }), (rest, off) => {
      const body = [4, ...rest];
      const sum = body.reduceRight((total, digit, at) => {
        const weighted = (body.length - 1 - at) % 2 === 0 ? digit * 2 : digit;
        return total + (weighted > 9 ? weighted - 9 : weighted);
      }, 0);
      const check = (10 - (sum % 10)) % 10;
      expect(findSensitive(`${body.join("")}${check}`)).toBe("card");
      expect(findSensitive(`${body.join("")}${(check + off) % 10}`)).toBeNull();
    }),
  );
});

it("is done with megabytes of hostile text, and throws on none", () => {
  for (const piece of ["a@", "4 ", "sk-", "DE89 ", "-----BEGIN ", "password ", "1-", "a."]) {
    expect(() => findSensitive(piece.repeat(200_000))).not.toThrow();
  }
  fc.assert(
    fc.property(fc.string(), (text) => {
      findSensitive(text);
    }),
  );
});
