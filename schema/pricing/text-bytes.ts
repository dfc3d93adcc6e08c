/**
 * How many UTF-8 bytes a text has, counted without encoding it. A byte-pair encoder never makes more tokens than bytes,
 * so bytes bound tokens for every model, also for those whose tokenizer is not public.
 */
export interface TextBytes {
  bytes: number;
  /** Of them, the bytes of characters of three or more bytes: Chinese, Japanese, Korean, Indic scripts, emoji. */
  wide_bytes: number;
}

const NOT_ASCII = /[^\0-\x7f]/;
/** Characters that JSON writes as themselves: printable ASCII except the quote and the backslash. */
const NOT_PLAIN_JSON = /[^ !#-[\]-~]/;

/** Adds the bytes of `text` to `sum`. A lone surrogate counts as the three bytes of U+FFFD that an encoder writes. */
export function addText(sum: TextBytes, text: string): void {
  const first = text.search(NOT_ASCII);
  if (first === -1) {
    sum.bytes += text.length;
    return;
  }
  sum.bytes += first;
  for (let index = first; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 0x80) {
      sum.bytes += 1;
    } else if (code < 0x800) {
      sum.bytes += 2;
    } else if (isPair(code, text.charCodeAt(index + 1))) {
      sum.bytes += 4;
      sum.wide_bytes += 4;
      index += 1;
    } else {
      sum.bytes += 3;
      sum.wide_bytes += 3;
    }
  }
}

const isPair = (high: number, low: number): boolean =>
  high >= 0xd800 && high <= 0xdbff && low >= 0xdc00 && low <= 0xdfff;

/** The bytes of a text. */
export function textBytes(text: string): number {
  const sum = { bytes: 0, wide_bytes: 0 };
  addText(sum, text);
  return sum.bytes;
}

/**
 * Adds the bytes of the JSON of `value` to `sum` without writing it, or a few more (a comma too many for each list).
 * `value` comes from JSON, so it has no cycles and a bounded depth.
 */
export function addJson(sum: TextBytes, value: unknown): void {
  if (typeof value === "string") {
    addJsonString(sum, value);
  } else if (Array.isArray(value)) {
    sum.bytes += 2 + value.length;
    for (const item of value) addJson(sum, item);
  } else if (typeof value === "object" && value !== null) {
    sum.bytes += 2;
    for (const [key, member] of Object.entries(value)) {
      addJsonString(sum, key);
      // The colon and the comma.
      sum.bytes += 2;
      addJson(sum, member);
    }
  } else {
    sum.bytes += String(value).length;
  }
}

function addJsonString(sum: TextBytes, text: string): void {
  sum.bytes += 2;
  const first = text.search(NOT_PLAIN_JSON);
  if (first === -1) {
    sum.bytes += text.length;
    return;
  }
  addText(sum, text);
  for (let index = first; index < text.length; index += 1) sum.bytes += extraOfEscape(text.charCodeAt(index));
}

/** How many bytes an escape adds to the character's own: `\n`, `\"` and `\\` one, other control characters five. */
function extraOfEscape(code: number): number {
  if (code === 34 || code === 92 || (code >= 8 && code <= 13 && code !== 11)) return 1;
  return code < 0x20 ? 5 : 0;
}
