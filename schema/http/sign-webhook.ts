import { hex } from "../audit/sha256.ts";

/**
 * How receivers of webhooks tell that a body comes from here, and is not an old one sent again: `x-ao-timestamp` has the
 * time of sending in milliseconds; `x-ao-signature` has, for each secret, `v1=` and the hex digits of HMAC-SHA256 over
 * `<timestamp>.<body>`, with commas between them.
 */
export async function webhookSignature(
  secrets: readonly string[],
  body: string,
  now: number,
): Promise<Readonly<Record<"x-ao-timestamp" | "x-ao-signature", string>>> {
  const timestamp = String(now);
  const signatures = await Promise.all(secrets.map((secret) => hmacHex(secret, `${timestamp}.${body}`)));
  return {
    "x-ao-timestamp": timestamp,
    "x-ao-signature": signatures.map((signature) => `v1=${signature}`).join(","),
  };
}

async function hmacHex(secret: string, text: string): Promise<string> {
  const encoder = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, ["sign"]);
  return hex(new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(text))));
}
