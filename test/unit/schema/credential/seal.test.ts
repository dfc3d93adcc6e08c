import { createDecipheriv, hkdfSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openCredential, sealCredential } from "../../../../schema/credential/seal.ts";
import { runtimeEffects } from "../../../../schema/kernel/effects.ts";

const effects = runtimeEffects();
const masterKey = new Uint8Array(32).fill(5);
const keysOf = (current: Uint8Array, previous: Uint8Array | null = null) => ({
  master: { current, previous },
  data_keys: new Map(),
});
const keys = keysOf(masterKey);
const owner = { org_id: "org_1", provider_id: "openai" };
const secret = "sk-canary-0123456789";
const credential = { api_key: secret };

describe("provider credentials sealed under the master key", () => {
  it("whatever is sealed for a row opens for that row", async () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,30}$/);
    const anyCredential = fc.dictionary(name, fc.string({ unit: "binary" }));
    await fc.assert(
      fc.asyncProperty(anyCredential, fc.string(), fc.string(), async (value, org_id, provider_id) => {
        const sealed = await sealCredential(masterKey, { org_id, provider_id }, value, effects);
        const opened = await openCredential(keys, { org_id, provider_id }, sealed);
        expect(opened).toEqual({ status: "opened", credential: value });
      }),
    );
  });

  it("the text holds nothing of the secret, and two sealings of it differ", async () => {
    const first = await sealCredential(masterKey, owner, credential, effects);
    const second = await sealCredential(masterKey, owner, credential, effects);
    expect(first).toMatch(/^v1\.[\w-]{16}\.[\w-]+$/);
    expect(first).not.toBe(second);
    expect(Buffer.from(first.split(".")[2] ?? "", "base64url").includes("canary")).toBe(false);
  });

  it("it is AES-256-GCM under an HKDF key of the org, as another implementation opens it", async () => {
    const [, nonce = "", content = ""] = (await sealCredential(masterKey, owner, credential, effects)).split(".");
    const key = new Uint8Array(hkdfSync("sha256", masterKey, new Uint8Array(), owner.org_id, 32));
    const bytes = Buffer.from(content, "base64url");
    const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64url"));
    decipher.setAAD(Buffer.from("org_1/openai"));
    decipher.setAuthTag(bytes.subarray(-16));
    const text = Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString();
    expect(JSON.parse(text)).toEqual(credential);
  });

  it.each([
    ["another master key", new Uint8Array(32).fill(6), owner],
    ["another org", masterKey, { ...owner, org_id: "org_2" }],
    ["another provider of the same org", masterKey, { ...owner, provider_id: "azure" }],
  ])("with %s it is refused", async (_, key, otherOwner) => {
    const sealed = await sealCredential(masterKey, owner, credential, effects);
    expect(await openCredential(keysOf(key), otherOwner, sealed)).toEqual({ status: "refused" });
  });

  it("a text that differs in any one character never opens and never throws", async () => {
    const sealed = await sealCredential(masterKey, owner, credential, effects);
    for (let index = 0; index < sealed.length; index += 1) {
      const other = sealed[index] === "A" ? "B" : "A";
      const opened = await openCredential(keys, owner, sealed.slice(0, index) + other + sealed.slice(index + 1));
      expect(opened.status).not.toBe("opened");
      expect(JSON.stringify(opened)).not.toContain("canary");
    }
  });

  it.each(["", "v1", "v1..", "v1.AAAA.AAAA", "v3.AAAAAAAAAAAAAAAA.AAAA", "v1.AAAAAAAAAAAAAAAA.§", "{}", secret])(
    "%j is malformed",
    async (text) => {
      expect(await openCredential(keys, owner, text)).toEqual({ status: "malformed" });
    },
  );

  it("an empty ciphertext is refused, not an error", async () => {
    expect(await openCredential(keys, owner, "v1.AAAAAAAAAAAAAAAA.")).toEqual({ status: "refused" });
  });

  it("they open with the master key before, while it is being replaced, and not after", async () => {
    const sealed = await sealCredential(masterKey, owner, credential, effects);
    const next = new Uint8Array(32).fill(6);
    expect(await openCredential(keysOf(next, masterKey), owner, sealed)).toEqual({ status: "opened", credential });
    expect(await openCredential(keysOf(next), owner, sealed)).toEqual({ status: "refused" });
  });
});
