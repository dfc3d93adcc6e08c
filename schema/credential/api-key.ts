import { toBase64Url } from "../kernel/base64.ts";
import type { Effects } from "../kernel/effects.ts";

/** Gateway keys: `ao_` and 32 random bytes. Only their keyed hash is stored, so a copy of D1 opens nothing. */

const PREFIX = "ao_";
const RANDOM_BYTES = 32;
const HINT_CHARS = 10;

/** Every key has this shape; what has not is refused before it is hashed. */
export const API_KEY_PATTERN = /^ao_[A-Za-z0-9_-]{43}$/;

export interface NewApiKey {
  /** The key itself, shown once. */
  readonly key: string;
  /** Its first ten characters, kept so that people recognise it: seven random ones, 42 of 256 bits. */
  readonly hint: string;
}

/** A fresh key: `ao_` and 43 characters of URL-safe base 64. */
export function newApiKey(effects: Pick<Effects, "randomBytes">): NewApiKey {
  const key = `${PREFIX}${toBase64Url(effects.randomBytes(RANDOM_BYTES))}`;
  return { key, hint: key.slice(0, HINT_CHARS) };
}

/**
 * What of a key is stored and looked up: HMAC-SHA256 under the pepper, 64 lower-case hex digits. `pepper` is the content
 * of AO_KEY_PEPPER, see parseSecretKey; pass the same array each time, its imported form is kept with it.
 */
export async function hashApiKey(pepper: Uint8Array, key: string): Promise<string> {
  const mac = await crypto.subtle.sign("HMAC", await hmacKey(pepper), new TextEncoder().encode(key));
  return hex(new Uint8Array(mac));
}

const imported = new WeakMap<Uint8Array, CryptoKey>();

async function hmacKey(pepper: Uint8Array): Promise<CryptoKey> {
  const known = imported.get(pepper);
  if (known !== undefined) return known;
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", new Uint8Array(pepper), algorithm, false, ["sign"]);
  // The key and not its promise is kept: a request may not wait on a promise that another request began.
  imported.set(pepper, key);
  return key;
}

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
