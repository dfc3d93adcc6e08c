import { fromBase64 } from "../kernel/base64.ts";
import { isJsonObject, tryParseJson } from "../kernel/json.ts";

/** What is read of the JSON key of a Google service account. */
export interface ServiceAccountKey {
  readonly client_email: string;
  /** PEM of PKCS #8, as the file has it. */
  readonly private_key: string;
  readonly private_key_id: string | null;
  readonly project_id: string | null;
}

const MAKE_ONE = "Make a JSON key for a service account in the Google Cloud console and paste the whole file.";

const PEM = /^\s*-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END PRIVATE KEY-----\s*$/;

/** Signs in RS256, which is what Google's token endpoint takes. */
const SIGNING = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" } as const;

/**
 * Reads the JSON key of a service account as Google's console gives it, or says what is wrong with it, without quoting
 * it. `token_uri` is checked and not kept: where a token is asked for is never decided by a pasted text. Source: Google
 * Cloud IAM, service account keys.
 */
export function parseServiceAccountKey(text: string): ServiceAccountKey | { readonly problem: string } {
  const value = tryParseJson(text);
  if (value === undefined || !isJsonObject(value)) return { problem: `is not a JSON object. ${MAKE_ONE}` };
  const { type, client_email, private_key, private_key_id, project_id, token_uri, universe_domain } = value;
  if (type !== "service_account") {
    const found = typeof type === "string" && /^[a-z_]{1,40}$/.test(type) ? `the type ${type}` : "no known type";
    return { problem: `has ${found} in place of service_account. ${MAKE_ONE}` };
  }
  if (typeof client_email !== "string" || !/^[^\s@]+@[^\s@]+$/.test(client_email)) {
    return { problem: `has no client_email. ${MAKE_ONE}` };
  }
  if (typeof private_key !== "string") return { problem: `has no private_key. ${MAKE_ONE}` };
  if (derOf(private_key) === null) {
    return { problem: "has a private_key that is not a PEM of PKCS #8 (-----BEGIN PRIVATE KEY-----)." };
  }
  if (token_uri !== undefined && !isGoogles(token_uri)) {
    return { problem: "has a token_uri that is not an https address of Google. Such a key is not used." };
  }
  if (universe_domain !== undefined && universe_domain !== "googleapis.com") {
    return { problem: "is of another universe_domain than googleapis.com, which is not supported." };
  }
  return {
    client_email,
    private_key,
    private_key_id: typeof private_key_id === "string" ? private_key_id : null,
    project_id: typeof project_id === "string" && project_id !== "" ? project_id : null,
  };
}

/** The private key as WebCrypto has it, or null where it is no RSA key. */
export async function importPrivateKey({ private_key }: ServiceAccountKey): Promise<CryptoKey | null> {
  const der = derOf(private_key);
  if (der === null) return null;
  return await crypto.subtle.importKey("pkcs8", der, SIGNING, false, ["sign"]).catch(() => null);
}

/** The signature of a text in RS256. */
export async function signRs256(key: CryptoKey, text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.sign(SIGNING.name, key, new TextEncoder().encode(text)));
}

function derOf(pem: string) {
  const base64 = PEM.exec(pem)?.[1];
  return base64 === undefined ? null : fromBase64(base64.replace(/\s+/g, ""));
}

function isGoogles(token_uri: unknown): boolean {
  if (typeof token_uri !== "string" || !URL.canParse(token_uri)) return false;
  const { protocol, hostname, username, port } = new URL(token_uri);
  const googles = hostname === "accounts.google.com" || hostname.endsWith(".googleapis.com");
  return protocol === "https:" && googles && username === "" && port === "";
}
