import { decrypt, deriveAesKey, encrypt, readSealed, sealedText } from "./aes-gcm.ts";
import type { DataKeyOwner, KeyWrapping } from "./key-wrapping.ts";
import type { MasterKeys } from "./master-keys.ts";

/** Sets the key-encryption key apart from every other key that is derived from the master key. */
const LABEL = "purpose:data-key-wrapping";

/** Wraps data keys under the master key: `<nonce>.<ciphertext>`. What the previous master key has wrapped still opens. */
export function masterKeyWrapping(master: MasterKeys): KeyWrapping {
  return {
    name: "master",
    async wrap(owner, raw, effects) {
      return sealedText(await encrypt(await wrappingKey(master.current), contextOf(owner), raw, effects));
    },
    async unwrap(owner, wrapped) {
      const [nonce, sealed, ...rest] = wrapped.split(".");
      const parts = rest.length > 0 ? null : readSealed(nonce, sealed);
      if (parts === null) return { status: "malformed" };
      for (const key of [master.current, master.previous]) {
        const raw = key === null ? null : await decrypt(await wrappingKey(key), contextOf(owner), parts);
        if (raw !== null) return { status: "unwrapped", raw, current: key === master.current };
      }
      return { status: "refused" };
    },
  };
}

const contextOf = ({ org_id, data_key_id }: DataKeyOwner): string => `${org_id}/${data_key_id}`;

const derived = new WeakMap<Uint8Array, CryptoKey>();

/** Derived once for each array that holds a master key. The key and not its promise is kept, as requests may not share those. */
async function wrappingKey(masterKey: Uint8Array): Promise<CryptoKey> {
  const known = derived.get(masterKey);
  if (known !== undefined) return known;
  const key = await deriveAesKey(masterKey, LABEL);
  derived.set(masterKey, key);
  return key;
}
