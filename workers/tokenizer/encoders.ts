import { unreachable } from "../../schema/kernel/unreachable.ts";
import { countTokens } from "../../schema/tokens/sandbox-tokens.ts";
import type { Encoding } from "../../schema/wire/tokenizer-rpc.ts";

/** One encoding, as the counter needs it. */
export interface Encoder {
  /** Tokens of the text; names of special tokens in it are plain text. Its work grows with the square of the longest run. */
  count(text: string): number;
  /** Drops what is remembered of texts seen so far, so that hostile ones cannot fill the memory. */
  forget(): void;
}

interface Api {
  countTokens(text: string, options: { allowedSpecial: Set<string>; disallowedSpecial: Set<string> }): number;
  clearMergeCache(): void;
  setMergeCacheSize(size: number): void;
}

/**
 * Loaded encoders, and not the promises of loading them: awaiting a promise that another request made can hang.
 * Modules are cached by the runtime, so two requests that load at once do the work once.
 */
const loaded = new Map<Encoding, Encoder>();

/** Loads an encoding when it is first asked for: each takes 35 to 60 MB and 50 to 100 ms. */
export async function loadEncoder(encoding: Encoding): Promise<Encoder> {
  const known = loaded.get(encoding);
  if (known !== undefined) return known;
  const encoder = encoderOf((await importEncoding(encoding)).default);
  loaded.set(encoding, encoder);
  return encoder;
}

function importEncoding(encoding: Encoding): Promise<{ default: Api }> {
  switch (encoding) {
    case "o200k_base":
      return import("gpt-tokenizer/encoding/o200k_base");
    case "cl100k_base":
      return import("gpt-tokenizer/encoding/cl100k_base");
    case "sandbox":
      return Promise.resolve({ default: SANDBOX });
    default:
      return unreachable(encoding);
  }
}

/** The sandbox's own tokens need no table and remember nothing. */
const SANDBOX: Api = {
  countTokens: (text) => countTokens(text),
  clearMergeCache: () => {},
  setMergeCacheSize: () => {},
};

/** Enough for the words of one long prompt. The cache only pays within a call: it is dropped after each. */
const REMEMBERED_WORDS = 20_000;

function encoderOf(api: Api): Encoder {
  api.setMergeCacheSize(REMEMBERED_WORDS);
  // With both sets empty `<|endoftext|>` is seven tokens of text: a caller can neither inject a special token nor make
  // the encoder throw by naming one. Fresh sets each time, because the library changes those it is given.
  return {
    count: (text) => api.countTokens(text, { allowedSpecial: new Set(), disallowedSpecial: new Set() }),
    forget: () => api.clearMergeCache(),
  };
}
