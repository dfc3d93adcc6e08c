import { generateKeyPairSync } from "node:crypto";

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });

/** The half that a test verifies assertions with. */
export const PUBLIC_KEY = publicKey;

/** A service account of the project `acme-prod`, as Google's console gives its key. Another one with other fields. */
export const serviceAccountKey = (change: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify(
    {
      type: "service_account",
      project_id: "acme-prod",
      private_key_id: "0123456789abcdef",
      private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
      client_email: "gateway@acme-prod.iam.gserviceaccount.com",
      client_id: "1234567890",
      auth_uri: "https://accounts.google.com/o/oauth2/auth",
      token_uri: "https://oauth2.googleapis.com/token",
      universe_domain: "googleapis.com",
      ...change,
    },
    null,
    2,
  );

/** The same key in the form of PKCS #1, which is not taken. */
export const PKCS1 = privateKey.export({ type: "pkcs1", format: "pem" });
