/**
 * The kinds of providers as an administrator meets them: what of the credential each takes and where it is by default.
 * How each is spoken to is in workers/gateway/providers, one folder a kind.
 */

export interface CredentialField {
  readonly name: string;
  readonly label: string;
  readonly required: boolean;
  /** A whole file; a text of one line that may stand in a header, where nothing is said. */
  readonly form?: "service_account_key";
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

/** A location of Vertex AI: it becomes a part of the host. */
export const VERTEX_REGION = /^(?:global|us|eu|[a-z]{2,20}-[a-z]{2,20}\d{1,2})$/;

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
  bedrock: {
    label: "Amazon Bedrock",
    default_base_url: "https://bedrock-runtime.us-east-1.amazonaws.com",
    credential: [
      OPTIONAL_KEY,
      { name: "access_key_id", label: "Access key id", required: false },
      { name: "secret_access_key", label: "Secret access key", required: false },
      { name: "session_token", label: "Session token", required: false },
    ],
    credential_ways: [
      ["api_key"],
      ["access_key_id", "secret_access_key"],
      ["access_key_id", "secret_access_key", "session_token"],
    ],
    settings: [
      {
        name: "aws_region",
        form: /^[a-z]{2}(-[a-z]+)+-\d$/,
        must: "must be a region of AWS such as eu-central-1",
      },
    ],
  },
  cerebras: { label: "Cerebras", default_base_url: "https://api.cerebras.ai/v1", credential: [API_KEY] },
  deepseek: { label: "DeepSeek", default_base_url: "https://api.deepseek.com", credential: [API_KEY] },
  fireworks: {
    label: "Fireworks AI",
    default_base_url: "https://api.fireworks.ai/inference/v1",
    credential: [API_KEY],
  },
  groq: { label: "Groq", default_base_url: "https://api.groq.com/openai/v1", credential: [API_KEY] },
  ollama: { label: "Ollama", default_base_url: "http://localhost:11434/v1", credential: [OPTIONAL_KEY] },
  together: { label: "Together AI", default_base_url: "https://api.together.xyz/v1", credential: [API_KEY] },
  vertex: {
    label: "Google Vertex AI",
    default_base_url: "https://aiplatform.googleapis.com",
    credential: [
      { name: "service_account_key", label: "Service account key (JSON)", required: true, form: "service_account_key" },
    ],
    settings: [
      {
        name: "region",
        form: VERTEX_REGION,
        must: "must be a location of Vertex AI such as europe-west4, eu or global",
      },
      { name: "project", form: /^[a-z][a-z0-9.:-]{4,61}[a-z0-9]$|^\d{6,20}$/, must: "must be the id of a project" },
    ],
  },
  vllm: { label: "vLLM server", default_base_url: null, credential: [OPTIONAL_KEY] },
  xai: { label: "xAI", default_base_url: "https://api.x.ai/v1", credential: [API_KEY] },
  sandbox: { label: "Sandbox", default_base_url: "http://sandbox.binding.internal/v1", credential: [], local: true },
} as const satisfies Record<string, ProviderKindRow>;

export type ProviderKind = keyof typeof PROVIDER_KINDS;

export const isProviderKind = (kind: string): kind is ProviderKind => Object.hasOwn(PROVIDER_KINDS, kind);
