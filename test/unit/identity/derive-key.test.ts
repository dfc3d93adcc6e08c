import { hkdfSync } from "node:crypto";
import { expect, test } from "vitest";
import { deriveKey } from "../../../schema/credential/derive-key.ts";

const master = new Uint8Array(32).fill(7);

test("a derived key is HKDF-SHA256 of the master key, as Node computes it", async () => {
  const derived = await deriveKey(master, "purpose:session-cookie");
  expect(derived).toEqual(new Uint8Array(hkdfSync("sha256", master, "", "purpose:session-cookie", 32)));
});

test("another purpose or another master key gives another key", async () => {
  const [one, other, foreign] = await Promise.all([
    deriveKey(master, "purpose:a"),
    deriveKey(master, "purpose:b"),
    deriveKey(new Uint8Array(32).fill(8), "purpose:a"),
  ]);
  expect(one).not.toEqual(other);
  expect(one).not.toEqual(foreign);
});
