import type { Bytes } from "../kernel/base64.ts";

/** Every derived key is as long as the hash that makes it. */
const DERIVED_BITS = 256;

/**
 * A key of its own for one purpose: HKDF-SHA256 (RFC 5869) over AO_MASTER_KEY without salt, with the purpose as info. 32
 * bytes, the same each time. A purpose begins with `purpose:`, so none is an org id, with which seal.ts derives.
 */
export async function deriveKey(masterKey: Uint8Array, purpose: `purpose:${string}`): Promise<Bytes> {
  const master = await crypto.subtle.importKey("raw", new Uint8Array(masterKey), "HKDF", false, ["deriveBits"]);
  const derivation = {
    name: "HKDF",
    hash: "SHA-256",
    salt: new Uint8Array(),
    info: new TextEncoder().encode(purpose),
  };
  return new Uint8Array(await crypto.subtle.deriveBits(derivation, master, DERIVED_BITS));
}
