/**
 * Where the proof that a tool call is the provider's own is handed to the caller, to come back with the next turn: the
 * field that Google's OpenAI-compatible API has for it, so that clients which keep it need nothing new.
 */
export const signatureField = (signature: string | undefined): Record<string, unknown> =>
  signature === undefined ? {} : { extra_content: { google: { thought_signature: signature } } };
