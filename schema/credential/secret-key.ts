import { type Bytes, fromBase64 } from "../kernel/base64.ts";

/** AO_KEY_PEPPER and AO_MASTER_KEY are this long: the block and key sizes of what they feed. */
export const SECRET_KEY_BYTES = 32;

/**
 * Reads AO_KEY_PEPPER or AO_MASTER_KEY: padded base 64 of exactly 32 bytes. Null when it is anything else, also when it
 * is unset, so that an empty secret never becomes an empty key; the caller names the variable.
 */
export function parseSecretKey(text: string | undefined): Bytes | null {
  const bytes = text === undefined ? null : fromBase64(text);
  return bytes?.length === SECRET_KEY_BYTES ? bytes : null;
}
