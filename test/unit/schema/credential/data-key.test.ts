import { createDecipheriv, hkdfSync } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import {
  type DataKey,
  type DataKeyRow,
  newDataKey,
  rewrapDataKey,
  unwrapDataKey,
} from "../../../../schema/credential/data-key.ts";
import type { KeyWrapping } from "../../../../schema/credential/key-wrapping.ts";
import { masterKeyWrapping } from "../../../../schema/credential/master-key-wrapping.ts";
import { openDataKeys } from "../../../../schema/credential/open-data-keys.ts";
import { dataKeyIdOf, openCredential, sealWith } from "../../../../schema/credential/seal.ts";
import { runtimeEffects } from "../../../../schema/kernel/effects.ts";

const effects = runtimeEffects();
const oldMaster = new Uint8Array(32).fill(5);
const newMaster = new Uint8Array(32).fill(6);
const wrapping = masterKeyWrapping({ current: oldMaster, previous: null });
const owner = { org_id: "org_1", provider_id: "openai" };
const credential = { api_key: "sk-canary-0123456789" };

/** Opens with these data keys, and a master key that opens nothing here. */
const open = (data_keys: ReadonlyMap<string, DataKey>, text: string, of = owner) =>
  openCredential({ master: { current: newMaster, previous: null }, data_keys }, of, text);
const keyring = (...keys: readonly DataKey[]) => new Map(keys.map((key) => [key.id, key]));

/** The text with one bit of its last field changed. */
function flipped(text: string): string {
  const at = text.lastIndexOf(".") + 1;
  const bytes = Buffer.from(text.slice(at), "base64url");
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  return text.slice(0, at) + bytes.toString("base64url");
}

describe("a credential sealed with a data key", () => {
  it("opens for its row, names its data key, and shows nothing of itself", async () => {
    const { data_key } = await newDataKey(wrapping, "org_1", effects);
    const sealed = await sealWith(data_key, owner, credential, effects);
    expect(sealed).toMatch(new RegExp(`^v2\\.${data_key.id}\\.[\\w-]{16}\\.[\\w-]+$`));
    expect(dataKeyIdOf(sealed)).toBe(data_key.id);
    expect(await sealWith(data_key, owner, credential, effects)).not.toBe(sealed);
    expect(await open(keyring(data_key), sealed)).toEqual({ status: "opened", credential });
  });

  it.each([
    ["for another org", { ...owner, org_id: "org_2" }],
    ["for another provider of the org", { ...owner, provider_id: "azure" }],
  ])("is refused %s", async (_, other) => {
    const { data_key } = await newDataKey(wrapping, "org_1", effects);
    const sealed = await sealWith(data_key, owner, credential, effects);
    expect(await open(keyring(data_key), sealed, other)).toEqual({ status: "refused" });
    // Also when somebody gives the key to the other org.
    expect(await open(keyring({ ...data_key, org_id: other.org_id }), sealed, other)).toEqual({ status: "refused" });
  });

  it("is refused with another data key under its id, and unknown without it", async () => {
    const { data_key } = await newDataKey(wrapping, "org_1", effects);
    const { data_key: another } = await newDataKey(wrapping, "org_1", effects);
    const sealed = await sealWith(data_key, owner, credential, effects);
    expect(await open(keyring({ ...another, id: data_key.id }), sealed)).toEqual({ status: "refused" });
    expect(await open(keyring(another), sealed)).toEqual({ status: "unknown_data_key" });
  });

  it("is refused with any one bit changed", async () => {
    const { data_key } = await newDataKey(wrapping, "org_1", effects);
    const sealed = await sealWith(data_key, owner, credential, effects);
    expect(await open(keyring(data_key), flipped(sealed))).toEqual({ status: "refused" });
  });

  it("that differs in any one character never opens and never throws", async () => {
    const { data_key } = await newDataKey(wrapping, "org_1", effects);
    const sealed = await sealWith(data_key, owner, credential, effects);
    for (let index = 0; index < sealed.length; index += 1) {
      const other = sealed[index] === "A" ? "B" : "A";
      const opened = await open(keyring(data_key), sealed.slice(0, index) + other + sealed.slice(index + 1));
      expect(opened.status).not.toBe("opened");
      expect(JSON.stringify(opened)).not.toContain("canary");
    }
  });

  it.each(["v2", "v2..AAAAAAAAAAAAAAAA.AAAA", "v2.dek_1.AAAA.AAAA", "v2.AAAAAAAAAAAAAAAA.AAAA", "v2.dek_1.a.b.c"])(
    "%j is malformed",
    async (text) => {
      expect(await open(new Map(), text)).toEqual({ status: "malformed" });
      expect(dataKeyIdOf(text)).toBeNull();
    },
  );

  it("is never sealed with another org's key", async () => {
    const { data_key } = await newDataKey(wrapping, "org_2", effects);
    await expect(sealWith(data_key, owner, credential, effects)).rejects.toThrow("another org");
  });

  it("stays readable when a newer data key is made, and can be sealed anew with that", async () => {
    const first = await newDataKey(wrapping, "org_1", effects);
    const second = await newDataKey(wrapping, "org_1", effects);
    const before = await sealWith(first.data_key, owner, credential, effects);
    const both = await openDataKeys([wrapping], [first.row, second.row]);
    expect(await open(both, before)).toEqual({ status: "opened", credential });
    const after = await sealWith(second.data_key, owner, credential, effects);
    const newest = await openDataKeys([wrapping], [second.row]);
    expect(await open(newest, after)).toEqual({ status: "opened", credential });
    expect(await open(newest, before)).toEqual({ status: "unknown_data_key" });
  });
});

describe("a data key at rest", () => {
  const row = (change: Partial<DataKeyRow> = {}) =>
    newDataKey(wrapping, "org_1", effects).then((made) => ({ ...made.row, ...change }));

  it("is 256 random bits, wrapped by AES-256-GCM under an HKDF key, as another implementation opens it", async () => {
    const drawn: Uint8Array[] = [];
    const { row: stored } = await newDataKey(wrapping, "org_1", {
      ...effects,
      randomBytes: (length) => {
        const bytes = effects.randomBytes(length);
        drawn.push(bytes);
        return bytes;
      },
    });
    expect(stored.id).toMatch(/^dek_[0-9a-z]{26}$/);
    expect(stored.wrapped).toMatch(/^master:[\w-]{16}\.[\w-]{64}$/);
    const [nonce = "", content = ""] = stored.wrapped.slice("master:".length).split(".");
    const key = new Uint8Array(hkdfSync("sha256", oldMaster, new Uint8Array(), "purpose:data-key-wrapping", 32));
    const bytes = Buffer.from(content, "base64url");
    const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64url"));
    decipher.setAAD(Buffer.from(`org_1/${stored.id}`));
    decipher.setAuthTag(bytes.subarray(-16));
    const raw = Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]);
    expect(new Uint8Array(raw)).toEqual(drawn[0]);
    expect(raw).toHaveLength(32);
  });

  it.each<[string, Partial<DataKeyRow>]>([
    ["of another org", { org_id: "org_2" }],
    ["of another id", { id: "dek_other" }],
  ])("does not open in a row %s", async (_, change) => {
    expect(await unwrapDataKey([wrapping], await row(change))).toEqual({ status: "refused" });
  });

  it("does not open with a bit changed, and nothing else opens either", async () => {
    const stored = await row();
    const opened = (wrapped: string) => unwrapDataKey([wrapping], { ...stored, wrapped });
    expect(await opened(flipped(stored.wrapped))).toEqual({ status: "refused" });
    for (const text of ["", "master", "master:", "master:a.b", `${stored.wrapped}.AAAA`, "v1.AAAA.AAAA"]) {
      expect((await opened(text)).status).toBe("malformed");
    }
    expect(await opened(stored.wrapped.replace("master:", "vault:"))).toEqual({ status: "unknown_wrapping" });
  });

  it("is left out where it does not open, and the others go on", async () => {
    const error = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const good = await row();
    const bad = await row({ org_id: "org_2" });
    expect([...(await openDataKeys([wrapping], [bad, good])).keys()]).toEqual([good.id]);
    expect(error).toHaveBeenCalledTimes(1);
    expect(error.mock.calls[0]?.[0]).toContain(bad.id);
    error.mockRestore();
  });

  it("is kept by whom its text names: another keeper's keys open beside ours", async () => {
    const vault: KeyWrapping = {
      name: "vault",
      wrap: async (_owner, raw) => Buffer.from(raw).toString("hex"),
      unwrap: async (_owner, text) => ({
        status: "unwrapped",
        raw: new Uint8Array(Buffer.from(text, "hex")),
        current: true,
      }),
    };
    const theirs = await newDataKey(vault, "org_1", effects);
    const ours = await newDataKey(wrapping, "org_1", effects);
    expect(theirs.row.wrapped).toMatch(/^vault:/);
    const opened = await openDataKeys([wrapping, vault], [theirs.row, ours.row]);
    const sealed = await sealWith(theirs.data_key, owner, credential, effects);
    expect(await open(opened, sealed)).toEqual({ status: "opened", credential });
    expect(opened.size).toBe(2);
    // A key can change hands without any credential being touched.
    const taken = await rewrapDataKey([vault, wrapping], ours.row, effects);
    expect(taken).toMatch(/^vault:[0-9a-f]{64}$/);
  });
});

describe("replacing the master key", () => {
  it("loses nothing: old data keys open at once, are wrapped anew, and then need the new key only", async () => {
    const { row, data_key } = await newDataKey(wrapping, "org_1", effects);
    const sealed = await sealWith(data_key, owner, credential, effects);

    const between = masterKeyWrapping({ current: newMaster, previous: oldMaster });
    expect(await unwrapDataKey([between], row)).toMatchObject({ status: "opened", current: false });
    expect(await open(await openDataKeys([between], [row]), sealed)).toEqual({ status: "opened", credential });
    const wrapped = (await rewrapDataKey([between], row, effects)) ?? "";

    const after = masterKeyWrapping({ current: newMaster, previous: null });
    expect(await unwrapDataKey([after], row)).toEqual({ status: "refused" });
    expect(await rewrapDataKey([after], row, effects)).toBeNull();
    const rewrapped = { ...row, wrapped };
    expect(await unwrapDataKey([after], rewrapped)).toMatchObject({ status: "opened", current: true });
    expect(await open(await openDataKeys([after], [rewrapped]), sealed)).toEqual({ status: "opened", credential });
  });

  it("makes new data keys under the new one", async () => {
    const between = masterKeyWrapping({ current: newMaster, previous: oldMaster });
    const { row } = await newDataKey(between, "org_1", effects);
    const after = masterKeyWrapping({ current: newMaster, previous: null });
    expect(await unwrapDataKey([after], row)).toMatchObject({ status: "opened", current: true });
  });
});
