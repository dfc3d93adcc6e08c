/**
 * The kinds of providers as an administrator meets them: what of the credential each takes and where it is by default.
 * How each is spoken to is in workers/gateway/providers, one folder a kind.
 */

export interface CredentialField {
  readonly name: string;
  readonly label: string;
  readonly required: boolean;
}

/** Something beyond address and credential that an administrator sets, as a text. */
export interface SettingField {
  readonly name: string;
  /** `url`: an address that the platform calls, held to the same rules as a base URL. */
  readonly form: "url" | RegExp;
  /** What a value must be, when it is not of the form. */
  readonly must: string;
}

export interface ProviderKindRow {
  readonly label: string;
  /** Null when there is no default: a base URL must be given. */
  readonly default_base_url: string | null;
  readonly credential: readonly CredentialField[];
  /** Of kinds that can be reached in several ways: the fields of each way. A credential is exactly one of them. */
  readonly credential_ways?: readonly (readonly string[])[];
  readonly settings?: readonly SettingField[];
  /** Exists on this machine only. */
  readonly local?: true;
}

/** Whether callers' Responses requests go on as they came: for a server that has the API, or a region that has it not. */
const RESPONSES: SettingField = {
  name: "responses",
  form: /^(?:native|translated)$/,
  must: "must be native or translated",
};

const API_KEY: CredentialField = { name: "api_key", label: "API key", required: true };
const OPTIONAL_KEY: CredentialField = { ...API_KEY, required: false };

export const PROVIDER_KINDS = {
  openai: {
    label: "OpenAI",
    default_base_url: "https://api.openai.com/v1",
    credential: [
      API_KEY,
      { name: "organization", label: "Organization", required: false },
      { name: "project", label: "Project", required: false },
    ],
    settings: [RESPONSES],
  },
  anthropic: { label: "Anthropic", default_base_url: "https://api.anthropic.com", credential: [API_KEY] },
  gemini: {
    label: "Google Gemini",
    default_base_url: "https://generativelanguage.googleapis.com/v1beta",
    credential: [API_KEY],
  },
  cohere: { label: "Cohere", default_base_url: "https://api.cohere.com", credential: [API_KEY] },
  mistral: { label: "Mistral AI", default_base_url: "https://api.mistral.ai/v1", credential: [API_KEY] },
  "openai-compatible": {
    label: "OpenAI-compatible server",
    default_base_url: null,
    credential: [OPTIONAL_KEY],
    settings: [RESPONSES],
  },
  azure: {
    label: "Azure OpenAI",
    default_base_url: null,
    credential: [
      OPTIONAL_KEY,
      { name: "tenant_id", label: "Entra ID: tenant", required: false },
      { name: "client_id", label: "Entra ID: client", required: false },
      { name: "client_secret", label: "Entra ID: client secret", required: false },
    ],
    credential_ways: [["api_key"], ["tenant_id", "client_id", "client_secret"]],
    settings: [
      { name: "api_version", form: /^\d{4}-\d{2}-\d{2}(-preview)?$/, must: "must be a version such as 2024-10-21" },
      { name: "authority_url", form: "url", must: "must be a URL" },
      RESPONSES,
    ],
  },
  deepseek: { label: "DeepSeek", default_base_url: "https://api.deepseek.com", credential: [API_KEY] },
  fireworks: {
    label: "Fireworks AI",
    default_base_url: "https://api.fireworks.ai/inference/v1",
    credential: [API_KEY],
  },
  groq: { label: "Groq", default_base_url: "https://api.groq.com/openai/v1", credential: [API_KEY] },
  ollama: { label: "Ollama", default_base_url: "http://localhost:11434/v1", credential: [OPTIONAL_KEY] },
  together: { label: "Together AI", default_base_url: "https://api.together.xyz/v1", credential: [API_KEY] },
  vllm: { label: "vLLM server", default_base_url: null, credential: [OPTIONAL_KEY] },
  xai: { label: "xAI", default_base_url: "https://api.x.ai/v1", credential: [API_KEY] },
  sandbox: { label: "Sandbox", default_base_url: "http://sandbox.binding.internal/v1", credential: [], local: true },
} as const satisfies Record<string, ProviderKindRow>;

export type ProviderKind = keyof typeof PROVIDER_KINDS;

export const isProviderKind = (kind: string): kind is ProviderKind => Object.hasOwn(PROVIDER_KINDS, kind);
