import { toBase64Url } from "../kernel/base64.ts";
import type { Effects } from "../kernel/effects.ts";
import { hashApiKey } from "./api-key.ts";

/** One-time tokens, such as an invitation's: a prefix that says what it is, and 32 random bytes. */

const RANDOM_BYTES = 32;

export const newToken = (prefix: string, effects: Pick<Effects, "randomBytes">): string =>
  `${prefix}${toBase64Url(effects.randomBytes(RANDOM_BYTES))}`;

/** What of a token is stored and looked up: the same keyed hash as an API key's. Prefixes keep the two apart. */
export const hashToken = (pepper: Uint8Array, token: string): Promise<string> => hashApiKey(pepper, token);
