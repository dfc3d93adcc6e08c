/** `gen_ai.provider.name` by our kinds, where OpenTelemetry's conventions have a name; others go by their kind. */
const NAMES: Readonly<Record<string, string>> = {
  azure: "azure.ai.openai",
  bedrock: "aws.bedrock",
  gemini: "gcp.gemini",
  mistral: "mistral_ai",
  vertex: "gcp.vertex_ai",
  xai: "x_ai",
};

export const providerName = (kind: string): string => NAMES[kind] ?? kind;
