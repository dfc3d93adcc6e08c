import { fromBase64Url, toBase64Url } from "../kernel/base64.ts";
import { canonicalJson } from "../kernel/json.ts";
import type { AuditReceipt } from "../wire/audit-rpc.ts";
import { sha256Hex } from "./sha256.ts";

/** Receipts: that the chain of an org had this head. Signed with Ed25519, so that the public key alone verifies them. */

/** What a receipt says. */
export type ReceiptClaim = Pick<AuditReceipt, "org_id" | "seq" | "hash" | "at">;

export interface AuditSigner {
  readonly key_id: string;
  /** Raw, URL-safe base 64. */
  readonly public_key: string;
  /** Deterministic: the same claim gives the same receipt. */
  sign(claim: ReceiptClaim): Promise<AuditReceipt>;
}

/** A public key that receipts are verified with. */
export interface AuditKey {
  readonly key_id: string;
  readonly key: CryptoKey;
}

const ED25519 = { name: "Ed25519" } as const;
const PUBLIC_KEY_BYTES = 32;
const KEY_ID_DIGITS = 16;

/** Begins every signed text, so that no other signature of this key can ever be taken for a receipt. */
const RECEIPT_DOMAIN = "ao-audit-receipt-v1\n";

/** PKCS #8 (RFC 8410) in front of the 32 bytes of a seed, the one form in which WebCrypto takes one. */
const PKCS8_PREFIX = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/** The text that is signed. */
export const receiptText = ({ org_id, seq, hash, at }: ReceiptClaim): string =>
  RECEIPT_DOMAIN + canonicalJson({ org_id, seq, hash, at });

/** Makes the signer of a seed of 32 bytes, the content of AO_AUDIT_KEY. */
export async function auditSigner(seed: Uint8Array): Promise<AuditSigner> {
  const pkcs8 = Uint8Array.from([...PKCS8_PREFIX, ...seed]);
  const key = await crypto.subtle.importKey("pkcs8", pkcs8, ED25519, true, ["sign"]);
  const public_key = await publicKeyOf(key);
  const { key_id } = await requireKey(public_key);
  return {
    key_id,
    public_key,
    sign: async (claim) => {
      const signature = await crypto.subtle.sign(ED25519, key, new TextEncoder().encode(receiptText(claim)));
      const { org_id, seq, hash, at } = claim;
      return { org_id, seq, hash, at, key_id, signature: toBase64Url(new Uint8Array(signature)) };
    },
  };
}

/** Reads a raw public key in URL-safe base 64; null when it is none. */
export async function auditKey(public_key: string): Promise<AuditKey | null> {
  const raw = fromBase64Url(public_key);
  if (raw?.length !== PUBLIC_KEY_BYTES) return null;
  try {
    const key = await crypto.subtle.importKey("raw", raw, ED25519, true, ["verify"]);
    return { key_id: (await sha256Hex(raw)).slice(0, KEY_ID_DIGITS), key };
  } catch {
    // 32 bytes that are no point of the curve.
    return null;
  }
}

/** Whether a receipt was signed with the key. Never throws on a bad one. */
export async function verifyReceipt(
  key: AuditKey,
  receipt: ReceiptClaim & Pick<AuditReceipt, "key_id" | "signature">,
): Promise<boolean> {
  const signature = fromBase64Url(receipt.signature);
  if (signature === null || receipt.key_id !== key.key_id) return false;
  return await crypto.subtle.verify(ED25519, key.key, signature, new TextEncoder().encode(receiptText(receipt)));
}

/** WebCrypto tells the public half of a private key only as a JWK. */
async function publicKeyOf(key: CryptoKey): Promise<string> {
  const jwk = await crypto.subtle.exportKey("jwk", key);
  if (jwk instanceof ArrayBuffer || jwk.x === undefined) throw new Error("the runtime does not export Ed25519 keys");
  return jwk.x;
}

async function requireKey(public_key: string): Promise<AuditKey> {
  const key = await auditKey(public_key);
  if (key === null) throw new Error("the runtime does not read Ed25519 keys");
  return key;
}
