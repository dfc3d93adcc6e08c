import { hashedId } from "../hash.ts";

/**
 * The signature of something a model said, which a provider wants back unchanged. It is made from the text alone, so
 * that the sandbox knows its own without a memory: a text that was changed, cut or joined has another.
 */
export const signatureOf = (text: string): string => hashedId(`signed:${text}`, 64);

export const isSigned = (text: string, signature: string | null | undefined): boolean =>
  signature === signatureOf(text);
