/** The access key whose secret is known here, so that what is signed with it can be verified. */
export const KNOWN_ACCESS_KEY = "AKIASANDBOX";
const KNOWN_SECRET = "sandbox";

/** The fields of an `Authorization` header of signature version 4. */
export interface Signed {
  /** `20260102/us-east-1/bedrock/aws4_request`. */
  readonly scope: string;
  readonly signed_headers: readonly string[];
  /** Hexadecimal. */
  readonly signature: string;
}

/**
 * Whether a request bears the signature that AWS would compute for it.
 * Source: AWS Identity and Access Management, "Create a signed AWS API request".
 */
export async function isSignedRight(request: Request, body_text: string, signed: Signed): Promise<boolean> {
  const url = new URL(request.url);
  const headers = signed.signed_headers.map((name) => `${name}:${headerValue(request, url, name)}\n`);
  const canonical = [
    request.method,
    canonicalPath(url),
    canonicalQuery(url),
    headers.join(""),
    signed.signed_headers.join(";"),
    hex(await sha256(body_text)),
  ].join("\n");
  const date = request.headers.get("x-amz-date") ?? "";
  const to_sign = ["AWS4-HMAC-SHA256", date, signed.scope, hex(await sha256(canonical))].join("\n");
  let key: Uint8Array<ArrayBuffer> = new Uint8Array(encoder.encode(`AWS4${KNOWN_SECRET}`));
  for (const step of [...signed.scope.split("/"), to_sign]) key = await hmac(key, step);
  return hex(key) === signed.signature;
}

const encoder = new TextEncoder();

/** Every segment of the path as it was sent, encoded once more. */
const canonicalPath = (url: URL): string => url.pathname.split("/").map(encoded).join("/");

const canonicalQuery = (url: URL): string =>
  [...url.searchParams]
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .sort()
    .join("&");

/** RFC 3986: all but letters, digits and `-._~`. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

const headerValue = (request: Request, url: URL, name: string): string =>
  name === "host" ? url.host : (request.headers.get(name) ?? "").trim().replace(/ +/g, " ");

const sha256 = async (text: string): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(text)));

async function hmac(key: Uint8Array<ArrayBuffer>, text: string): Promise<Uint8Array<ArrayBuffer>> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", key, algorithm, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, encoder.encode(text)));
}

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
