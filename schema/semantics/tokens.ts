/** A piece of a text. A literal counts sign by sign; punctuation is gone. */
export interface Token {
  readonly kind: "word" | "number" | "literal";
  /** As it stands there. */
  readonly raw: string;
  /** A word or a unit in lower case; a number as digits; a literal as it is. */
  readonly text: string;
  /** Of a number: what is written with it, such as `%` or `GB`, in lower case. */
  readonly unit: string;
  /** First of its sentence, where a capital letter says nothing. */
  readonly first: boolean;
}

const PIECE = new RegExp(
  [
    '(?<literal>```[\\s\\S]*?```|`[^`\\n]*`|"[^"\\n]*"|“[^”\\n]*”|„[^“\\n]*“|«[^»\\n]*»|https?:\\/\\/[^\\s]+)',
    "(?<number>[$€£¥]?[-−+]?\\d[\\d.,:]*\\d(?:[%‰°€£$¥]|[\\p{L}µ]+(?![\\p{L}\\p{N}_./@]))?|[$€£¥]?[-−+]?\\d(?:[%‰°€£$¥]|[\\p{L}µ]+(?![\\p{L}\\p{N}_./@]))?)(?![\\p{L}\\p{N}_])",
    "(?<word>[\\p{L}\\p{M}\\p{N}_@#$\\\\/](?:[\\p{L}\\p{M}\\p{N}_@#$\\\\/'’+*:.-]*[\\p{L}\\p{M}\\p{N}_#+*\\\\/])?)",
    "(?<sign>[^\\s\\p{L}\\p{N}.,;:!?¿¡()'’\"“”„«»…–—-])",
    "(?<end>[.!?:\\n])",
  ].join("|"),
  "gu",
);

/** A word of one or more parts of letters, as against a name of code, a path or an address. */
const PLAIN = /^[\p{L}\p{M}]+(?:['’-][\p{L}\p{M}]+)*$/u;
const CAMEL = /\p{Ll}\p{Lu}/u;

/** The pieces of a text, in order. */
export function tokens(text: string): readonly Token[] {
  const found: Token[] = [];
  let first = true;
  for (const { groups } of text.normalize("NFC").matchAll(PIECE)) {
    if (groups === undefined) continue;
    const { literal, number, word, sign, end } = groups;
    if (end !== undefined) {
      first = true;
      continue;
    }
    const raw = literal ?? number ?? word ?? sign ?? "";
    if (number !== undefined) found.push(numberToken(number, first));
    else if (word !== undefined && PLAIN.test(word) && !isName(word)) {
      for (const part of partsOf(word))
        found.push({ kind: "word", raw: part, text: part.toLowerCase(), unit: "", first });
    } else found.push({ kind: "literal", raw, text: raw.trim(), unit: "", first });
    first = false;
  }
  return found;
}

/** Mixed case inside is a name of code, unless it is one that people write so, which is compared without its case. */
const isName = (word: string): boolean => CAMEL.test(word) && /^\p{Ll}/u.test(word);

const CLITIC = /^(?:[ldjmtsnc]|qu)['’]/iu;

/** Joined words are words; an English contraction is one, a French elision is two. */
function partsOf(word: string): readonly string[] {
  const plain = word.replaceAll("’", "'");
  const elided = CLITIC.exec(plain)?.[0];
  if (elided !== undefined && plain.length > elided.length + 1)
    return [elided.slice(0, -1), ...partsOf(plain.slice(elided.length))];
  if (plain.endsWith("'s") || plain.endsWith("'S")) return [...partsOf(plain.slice(0, -2)), "'s"];
  return plain.includes("-") ? plain.split("-") : [plain];
}

const NUMBER = /^([$€£¥]?)([-−+]?[\d.,:]+)(.*)$/u;

function numberToken(raw: string, first: boolean): Token {
  const [, currency = "", digits = "", unit = ""] = NUMBER.exec(raw) ?? [];
  return { kind: "number", raw, text: digits, unit: (currency + unit).toLowerCase(), first };
}
