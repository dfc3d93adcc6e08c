/** The version that every answer of this folder is read by. */
const ANTHROPIC_VERSION = "2023-06-01";

/** What every call to the Messages API carries. */
export const headersFor = (credential: Readonly<Record<string, string>>): Record<string, string> => ({
  "anthropic-version": ANTHROPIC_VERSION,
  "x-api-key": credential.api_key ?? "",
});
