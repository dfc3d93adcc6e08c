import * as z from "zod";
import { type Bytes, fromBase64Url, toBase64Url } from "../kernel/base64.ts";
import type { Effects } from "../kernel/effects.ts";
import { tryParseJson } from "../kernel/json.ts";

/**
 * Provider credentials at rest: AES-256-GCM under a key of the org's own, derived by HKDF-SHA256 from AO_MASTER_KEY with
 * the org id as info. Org and provider are authenticated too, so that a sealed text moved to another row does not open.
 * Text form: `v1.<nonce>.<ciphertext and tag>`, both in URL-safe base 64.
 */

const VERSION = "v1";
const NONCE_BYTES = 12;

/** What a provider's folder needs to authenticate, by name: `{ api_key }` for most. */
export type Credential = Readonly<Record<string, string>>;

/** The row that a credential belongs to. */
export interface CredentialOwner {
  readonly org_id: string;
  readonly provider_id: string;
}

export type OpenedCredential =
  | { readonly status: "opened"; readonly credential: Credential }
  /** Not a text that `sealCredential` writes. */
  | { readonly status: "malformed" }
  /** The master key or the owner is another one than it was sealed with, or the text was changed. */
  | { readonly status: "refused" };

const credentialSchema = z.record(z.string(), z.string());

/** Seals a credential for one row. `masterKey` is the content of AO_MASTER_KEY, see parseSecretKey. */
export async function sealCredential(
  masterKey: Uint8Array,
  owner: CredentialOwner,
  credential: Credential,
  effects: Pick<Effects, "randomBytes">,
): Promise<string> {
  const nonce = new Uint8Array(effects.randomBytes(NONCE_BYTES));
  const content = new TextEncoder().encode(JSON.stringify(credential));
  const key = await orgKey(masterKey, owner.org_id);
  const sealed = await crypto.subtle.encrypt(algorithm(nonce, owner), key, content);
  return `${VERSION}.${toBase64Url(nonce)}.${toBase64Url(new Uint8Array(sealed))}`;
}

/** Opens what `sealCredential` wrote for the same row. Never throws on a bad text, and no status carries any of it. */
export async function openCredential(
  masterKey: Uint8Array,
  owner: CredentialOwner,
  text: string,
): Promise<OpenedCredential> {
  const parts = splitSealed(text);
  if (parts === null) return { status: "malformed" };
  const key = await orgKey(masterKey, owner.org_id);
  const content = await decrypt(key, owner, parts);
  if (content === null) return { status: "refused" };
  const credential = credentialSchema.safeParse(tryParseJson(new TextDecoder().decode(content)));
  return credential.success ? { status: "opened", credential: credential.data } : { status: "malformed" };
}

interface SealedParts {
  readonly nonce: Bytes;
  readonly sealed: Bytes;
}

function splitSealed(text: string): SealedParts | null {
  const [version, nonceText, sealedText, ...rest] = text.split(".");
  if (version !== VERSION || nonceText === undefined || sealedText === undefined || rest.length > 0) return null;
  const nonce = fromBase64Url(nonceText);
  const sealed = fromBase64Url(sealedText);
  if (nonce === null || sealed === null || nonce.length !== NONCE_BYTES) return null;
  return { nonce, sealed };
}

async function decrypt(key: CryptoKey, owner: CredentialOwner, parts: SealedParts): Promise<ArrayBuffer | null> {
  try {
    return await crypto.subtle.decrypt(algorithm(parts.nonce, owner), key, parts.sealed);
  } catch {
    // WebCrypto reports a tag that does not fit by throwing, with nothing in it that helps.
    return null;
  }
}

const algorithm = (nonce: Bytes, owner: CredentialOwner) => ({
  name: "AES-GCM",
  iv: nonce,
  additionalData: new TextEncoder().encode(`${owner.org_id}/${owner.provider_id}`),
});

async function orgKey(masterKey: Uint8Array, orgId: string): Promise<CryptoKey> {
  const master = await crypto.subtle.importKey("raw", new Uint8Array(masterKey), "HKDF", false, ["deriveKey"]);
  const derivation = {
    name: "HKDF",
    hash: "SHA-256",
    salt: new Uint8Array(),
    info: new TextEncoder().encode(orgId),
  };
  return crypto.subtle.deriveKey(derivation, master, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}
