import { serviceAccountKey } from "../../service-account-key.ts";

/** Every kind of provider whose own dialect the sandbox speaks, and where it does. */
export interface ProviderKind {
  readonly kind: string;
  /** From the sandbox's root. */
  readonly path: string;
  readonly credential: Readonly<Record<string, string>>;
}

const KEY = { api_key: "k-0123456789" };

export const PROVIDER_KINDS: readonly ProviderKind[] = [
  { kind: "sandbox", path: "/v1", credential: {} },
  { kind: "openai", path: "/v1", credential: KEY },
  { kind: "openai-compatible", path: "/v1", credential: KEY },
  { kind: "anthropic", path: "/anthropic", credential: KEY },
  { kind: "gemini", path: "/gemini/v1beta", credential: KEY },
  { kind: "vertex", path: "/vertex", credential: { service_account_key: serviceAccountKey() } },
  { kind: "cohere", path: "/cohere", credential: KEY },
  { kind: "mistral", path: "/mistral/v1", credential: KEY },
  { kind: "azure", path: "/azure", credential: KEY },
  { kind: "bedrock", path: "/bedrock", credential: { access_key_id: "AKIASANDBOX", secret_access_key: "sandbox" } },
];
