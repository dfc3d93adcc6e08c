/**
 * The kinds of providers as an administrator meets them: what of the credential each takes and where it is by default.
 * How each is spoken to is in workers/gateway/providers, one folder a kind.
 */

export interface CredentialField {
  readonly name: string;
  readonly label: string;
  readonly required: boolean;
}

export interface ProviderKindRow {
  readonly label: string;
  /** Null when there is no default: a base URL must be given. */
  readonly default_base_url: string | null;
  readonly credential: readonly CredentialField[];
  /** Exists on this machine only. */
  readonly local?: true;
}

const API_KEY: CredentialField = { name: "api_key", label: "API key", required: true };

export const PROVIDER_KINDS = {
  openai: {
    label: "OpenAI",
    default_base_url: "https://api.openai.com/v1",
    credential: [
      API_KEY,
      { name: "organization", label: "Organization", required: false },
      { name: "project", label: "Project", required: false },
    ],
  },
  anthropic: { label: "Anthropic", default_base_url: "https://api.anthropic.com", credential: [API_KEY] },
  cohere: { label: "Cohere", default_base_url: "https://api.cohere.com", credential: [API_KEY] },
  mistral: { label: "Mistral AI", default_base_url: "https://api.mistral.ai/v1", credential: [API_KEY] },
  "openai-compatible": {
    label: "OpenAI-compatible server",
    default_base_url: null,
    credential: [{ ...API_KEY, required: false }],
  },
  sandbox: { label: "Sandbox", default_base_url: "http://sandbox.binding.internal/v1", credential: [], local: true },
} as const satisfies Record<string, ProviderKindRow>;

export type ProviderKind = keyof typeof PROVIDER_KINDS;

export const isProviderKind = (kind: string): kind is ProviderKind => Object.hasOwn(PROVIDER_KINDS, kind);
