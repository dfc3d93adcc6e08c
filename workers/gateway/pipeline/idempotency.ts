import { type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { canonicalJson, type JsonObject } from "../../../schema/kernel/json.ts";
import { LIMITS } from "../../../schema/kernel/limits.ts";
import type { AdmitRequest } from "../../../schema/wire/wallet-rpc.ts";

type Idempotency = NonNullable<AdmitRequest["idempotency"]>;

/**
 * The idempotency of a request that sent `idempotency-key`, or null. The key is hashed together with the API key, so
 * that two apps of one wallet never meet; the fingerprint is over route and body, whatever the order of its members.
 */
export async function readIdempotency(
  headers: Headers,
  key_id: string,
  route: string,
  body: JsonObject,
): Promise<{ readonly idempotency: Idempotency | null } | Refused> {
  const key = headers.get("idempotency-key");
  if (key === null) return { idempotency: null };
  if (key === "" || key.length > LIMITS.idempotency_key_chars) {
    return refuse("invalid_request", {
      message: `The header idempotency-key must have 1 to ${LIMITS.idempotency_key_chars} characters.`,
      param: "idempotency-key",
    });
  }
  const [key_hash, fingerprint] = await Promise.all([
    sha256(`${key_id}\n${key}`),
    sha256(`${route}\n${canonicalJson(body)}`),
  ]);
  return { idempotency: { key_hash, fingerprint } };
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
