import { type Bytes, fromBase64Url, toBase64Url } from "../kernel/base64.ts";
import type { Effects } from "../kernel/effects.ts";
import { tryParseJson } from "../kernel/json.ts";

/** AES-256-GCM with a random nonce of 96 bits and a tag of 128: what everything that is sealed here is sealed with. */

const NONCE_BYTES = 12;

/** A nonce and what was sealed with it, the tag at the end. */
export interface Sealed {
  readonly nonce: Bytes;
  readonly sealed: Bytes;
}

/** Seals `content`; `context` is authenticated and not stored, so that a text opens in its own place only. */
export async function encrypt(
  key: CryptoKey,
  context: string,
  content: Bytes,
  effects: Pick<Effects, "randomBytes">,
): Promise<Sealed> {
  const nonce = new Uint8Array(effects.randomBytes(NONCE_BYTES));
  const sealed = await crypto.subtle.encrypt(algorithm(nonce, context), key, content);
  return { nonce, sealed: new Uint8Array(sealed) };
}

/** Opens what `encrypt` sealed under the same key and context, or answers null. */
export async function decrypt(key: CryptoKey, context: string, parts: Sealed): Promise<Bytes | null> {
  try {
    return new Uint8Array(await crypto.subtle.decrypt(algorithm(parts.nonce, context), key, parts.sealed));
  } catch {
    // WebCrypto reports a tag that does not fit by throwing, with nothing in it that helps.
    return null;
  }
}

/** A key of raw bytes, 32 of them, that cannot be read back. */
export const importAesKey = (raw: Bytes): Promise<CryptoKey> =>
  crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);

/** A key derived from a master key by HKDF-SHA256 without a salt: each `info` gives another one. */
export async function deriveAesKey(masterKey: Uint8Array, info: string): Promise<CryptoKey> {
  const master = await crypto.subtle.importKey("raw", new Uint8Array(masterKey), "HKDF", false, ["deriveKey"]);
  const derivation = {
    name: "HKDF",
    hash: "SHA-256",
    salt: new Uint8Array(),
    info: new TextEncoder().encode(info),
  };
  return crypto.subtle.deriveKey(derivation, master, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

/** `<nonce>.<ciphertext and tag>`, both in URL-safe base 64. */
export const sealedText = ({ nonce, sealed }: Sealed): string => `${toBase64Url(nonce)}.${toBase64Url(sealed)}`;

/** Reads the two fields that `sealedText` writes; null when they are anything else. */
export function readSealed(nonceText: string | undefined, sealedPart: string | undefined): Sealed | null {
  if (nonceText === undefined || sealedPart === undefined) return null;
  const nonce = fromBase64Url(nonceText);
  const sealed = fromBase64Url(sealedPart);
  return nonce === null || sealed === null || nonce.length !== NONCE_BYTES ? null : { nonce, sealed };
}

/** Seals a value as JSON: nonce, ciphertext and tag in one piece, as a bucket or a BLOB keeps them. */
export async function sealJson(
  key: CryptoKey,
  context: string,
  value: unknown,
  effects: Pick<Effects, "randomBytes">,
): Promise<Bytes> {
  const content = new Uint8Array(new TextEncoder().encode(JSON.stringify(value)));
  const { nonce, sealed } = await encrypt(key, context, content, effects);
  const bytes = new Uint8Array(nonce.length + sealed.length);
  bytes.set(nonce);
  bytes.set(sealed, nonce.length);
  return bytes;
}

/** The value that `sealJson` sealed under the same key and context. Null, which no value of ours is, where it does not open. */
export async function openJson(key: CryptoKey, context: string, bytes: Uint8Array): Promise<unknown> {
  const parts = {
    nonce: new Uint8Array(bytes.subarray(0, NONCE_BYTES)),
    sealed: new Uint8Array(bytes.subarray(NONCE_BYTES)),
  };
  const opened = await decrypt(key, context, parts);
  return opened === null ? null : tryParseJson(new TextDecoder().decode(opened));
}

const algorithm = (nonce: Bytes, context: string) => ({
  name: "AES-GCM",
  iv: nonce,
  additionalData: new TextEncoder().encode(context),
});
