/**
 * The sandbox's own tokens: pieces of at most four UTF-8 bytes, never across the start of a word and never inside a
 * character. White space belongs to the word behind it. `"hello world"` is `"hell" "o" " wor" "ld"`: four tokens.
 * No real model counts so; what matters is that the count is exact, cheap and can be redone by hand.
 */
const TOKEN_BYTES_MAX = 4;

/**
 * Cuts a text into tokens, lazily: `characters` may be endless. The tokens joined are the text again.
 * A string iterates by code point, so a character outside the basic plane stays whole.
 */
export function* tokenise(characters: Iterable<string>): Generator<string, void> {
  let token = "";
  let bytes = 0;
  let in_word = false;
  for (const character of characters) {
    const size = utf8Bytes(character);
    const space = isSpace(character);
    if (token !== "" && (bytes + size > TOKEN_BYTES_MAX || (space && in_word))) {
      yield token;
      token = "";
      bytes = 0;
    }
    token += character;
    bytes += size;
    in_word = !space;
  }
  if (token !== "") yield token;
}

/** The number of tokens in a text. */
export function countTokens(text: string): number {
  let count = 0;
  for (const _ of tokenise(text)) count += 1;
  return count;
}

function isSpace(character: string): boolean {
  return character === " " || character === "\n" || character === "\t" || character === "\r";
}

/** Bytes of one code point in UTF-8. A lone surrogate is sent as U+FFFD, which is three. */
function utf8Bytes(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x1_0000 ? 3 : 4;
}
