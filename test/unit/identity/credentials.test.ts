import { describe, expect, test } from "vitest";
import {
  emailField,
  nameField,
  newPasswordField,
  passwordField,
} from "../../../workers/dashboard/identity/credentials.ts";

describe("an e-mail address", () => {
  test.each([
    ["Ada@Example.COM", "ada@example.com"],
    ["  ada@example.com\n", "ada@example.com"],
    ["ada+tag@example.com", "ada+tag@example.com"],
    // The sign for kelvin is, by Unicode, the letter K.
    ["ada@\u212aelvin.example", "ada@kelvin.example"],
    [`${"a".repeat(64)}@${"b".repeat(60)}.example`, `${"a".repeat(64)}@${"b".repeat(60)}.example`],
  ])("%j has one spelling", (text, spelling) => {
    expect(emailField.parse(text)).toBe(spelling);
    expect(emailField.parse(spelling)).toBe(spelling);
  });

  test.each([
    ["nothing", ""],
    ["no domain", "ada"],
    ["two addresses", "ada@example.com,eve@example.com"],
    ["a line break inside", "ada@example.com\nBcc: eve@example.com"],
    ["a letter that looks like another", "аda@example.com"],
    ["an invisible letter", "ada\u200b@example.com"],
    ["255 characters", `${"a".repeat(243)}@example.com`],
    ["16 MB", `${"a".repeat(16_000_000)}@example.com`],
    ["a number", 7],
    ["a list", ["ada@example.com"]],
  ])("is not %s", (_why, text) => {
    expect(emailField.safeParse(text).success).toBe(false);
  });
});

describe("a password", () => {
  test("that is chosen has 12 to 256 characters, any of them", () => {
    expect(newPasswordField.safeParse("x".repeat(11)).success).toBe(false);
    expect(newPasswordField.safeParse("x".repeat(12)).success).toBe(true);
    expect(newPasswordField.safeParse("x".repeat(256)).success).toBe(true);
    expect(newPasswordField.safeParse("x".repeat(257)).success).toBe(false);
    expect(newPasswordField.parse("  ‎ ünïcödé 🙂 ")).toBe("  ‎ ünïcödé 🙂 ");
  });

  test("that is shown may be short, and not longer than any that can be chosen", () => {
    expect(passwordField.safeParse("x").success).toBe(true);
    expect(passwordField.safeParse("").success).toBe(false);
    expect(passwordField.safeParse("x".repeat(257)).success).toBe(false);
  });
});

test("a name is one line of at most 100 characters", () => {
  expect(nameField.parse(" Ada Lovelace ")).toBe("Ada Lovelace");
  for (const name of ["", "   ", "x".repeat(101), "Ada\r\nEve", "Ada\u0000"]) {
    expect(nameField.safeParse(name).success).toBe(false);
  }
});
