import { textBytes } from "../../schema/pricing/text-bytes.ts";
import type { TokenCount } from "../../schema/wire/tokenizer-rpc.ts";
import type { Encoder } from "./encoders.ts";

/**
 * A byte-pair encoder's work on one run (letters, white space or signs without a break between them) grows with the
 * square of its length: 100 KB of Chinese without punctuation takes seconds. Runs up to `run_chars` are counted exactly,
 * 1 to 5 ms each; text that people write stays far below it. Longer ones are counted in slices, which adds at most
 * a token for each cut, 0.4 % at this size. `text_chars` bounds a whole call: what comes after it is bounded by its bytes.
 */
export const COUNT_LIMITS = { run_chars: 1_024, slice_chars: 256, text_chars: 1_048_576 } as const;

const RUN = /[\p{L}\p{M}]+|[^\s\p{L}\p{N}]+|\s+/gu;

/** Counts texts with a bounded amount of work for all of them together. */
export class TextCounter {
  #encoder: Encoder;
  #tokens = 0;
  #approximate = false;
  #chars_left: number = COUNT_LIMITS.text_chars;

  constructor(encoder: Encoder) {
    this.#encoder = encoder;
  }

  /** Everything counted and added so far. */
  total(): TokenCount {
    return { tokens: this.#tokens, approximate: this.#approximate };
  }

  /** Adds a fixed number of tokens, of a wrapping that is not text. */
  addTokens(tokens: number): void {
    this.#tokens += tokens;
  }

  /** Adds a bound in place of a count: an image, a sound, a file. */
  addBound(tokens: number): void {
    this.#tokens += tokens;
    this.#approximate = true;
  }

  /** Counts a text, adds it to the total and answers its own count. */
  count(text: string): TokenCount {
    const within = text.slice(0, this.#chars_left);
    const beyond = text.length > within.length ? text.slice(within.length) : "";
    this.#chars_left -= within.length;
    const counted = countInSlices(within, this.#encoder);
    const count: TokenCount = {
      tokens: counted.tokens + (beyond === "" ? 0 : textBytes(beyond)),
      approximate: counted.approximate || beyond !== "",
    };
    this.#tokens += count.tokens;
    this.#approximate ||= count.approximate;
    return count;
  }
}

function countInSlices(text: string, encoder: Encoder): TokenCount {
  if (text.length <= COUNT_LIMITS.run_chars) return { tokens: encoder.count(text), approximate: false };
  let tokens = 0;
  let counted = 0;
  let approximate = false;
  for (const run of text.matchAll(RUN)) {
    const [chars] = run;
    if (chars.length <= COUNT_LIMITS.run_chars) continue;
    approximate = true;
    if (run.index > counted) tokens += encoder.count(text.slice(counted, run.index));
    for (const slice of slicesOf(chars)) tokens += encoder.count(slice);
    counted = run.index + chars.length;
  }
  if (counted < text.length) tokens += encoder.count(text.slice(counted));
  return { tokens, approximate };
}

/** Cuts a run into slices; a pair of surrogates stays together. */
function* slicesOf(run: string): Generator<string> {
  let from = 0;
  while (from < run.length) {
    let to = Math.min(run.length, from + COUNT_LIMITS.slice_chars);
    const last = run.charCodeAt(to - 1);
    if (to < run.length && last >= 0xd800 && last <= 0xdbff) to -= 1;
    yield run.slice(from, to);
    from = to;
  }
}
