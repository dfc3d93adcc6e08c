/**
 * A string that matches a regular expression, for `pattern` in a JSON schema. Understands what schemas use: literals,
 * `.`, classes, `\d \w \s`, groups (the first alternative), `? * + {m,n}` and anchors. Look-around and back-references
 * are beyond it. Every result is checked against the expression itself, so it is right or undefined.
 */
export function patternInstance(pattern: string): string | undefined {
  const reader: Reader = { pattern, at: 0 };
  const text = alternatives(reader);
  if (reader.at < pattern.length || text.length > 10_000) return undefined;
  try {
    return new RegExp(pattern, "u").test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

interface Reader {
  readonly pattern: string;
  at: number;
}

/** Reads `a|b|c` up to a closing bracket or the end, and answers an instance of `a`. */
function alternatives(reader: Reader): string {
  const first = concatenation(reader);
  while (peek(reader) === "|") {
    reader.at += 1;
    concatenation(reader);
  }
  return first;
}

function concatenation(reader: Reader): string {
  let text = "";
  while (reader.at < reader.pattern.length && peek(reader) !== "|" && peek(reader) !== ")") {
    const atom = readAtom(reader);
    text += atom.repeat(leastRepeats(reader));
  }
  return text;
}

function readAtom(reader: Reader): string {
  const character = take(reader);
  switch (character) {
    case "^":
    case "$":
      return "";
    case ".":
      return "x";
    case "(":
      return group(reader);
    case "[":
      return firstOfClass(reader);
    case "\\":
      return escaped(take(reader));
    default:
      return character;
  }
}

function group(reader: Reader): string {
  if (reader.pattern.startsWith("?:", reader.at)) reader.at += 2;
  const text = alternatives(reader);
  if (peek(reader) === ")") reader.at += 1;
  return text;
}

/** One character of `[…]`: its first, or for a negated class the first plain one that is not in it. */
function firstOfClass(reader: Reader): string {
  const end = endOfClass(reader);
  const source = reader.pattern.slice(reader.at - 1, end);
  reader.at = end;
  try {
    const expression = new RegExp(source, "u");
    return [..."aA0x_- .,:;/@#!é"].find((candidate) => expression.test(candidate)) ?? firstMember(source);
  } catch {
    return "";
  }
}

function endOfClass(reader: Reader): number {
  let at = reader.at;
  while (at < reader.pattern.length && reader.pattern[at] !== "]") at += reader.pattern[at] === "\\" ? 2 : 1;
  return at + 1;
}

function firstMember(source: string): string {
  const inner = source.slice(1, -1);
  return inner.startsWith("\\") ? escaped(inner[1] ?? "") : (inner[0] ?? "");
}

function escaped(letter: string): string {
  const known: Readonly<Record<string, string>> = { d: "0", w: "a", s: " ", D: "a", W: " ", S: "a", t: "\t", n: "\n" };
  return known[letter] ?? (letter === "b" || letter === "B" ? "" : letter);
}

/** Reads a quantifier, if one follows, and answers the fewest repeats it allows, though one for `*` and `?`. */
function leastRepeats(reader: Reader): number {
  const counted = /^\{(\d+)(?:,(\d*))?\}/.exec(reader.pattern.slice(reader.at, reader.at + 20));
  let repeats = 1;
  if (counted !== null) {
    reader.at += counted[0].length;
    repeats = Math.min(Number(counted[1]), 1_000);
  } else if (["*", "+", "?"].includes(peek(reader))) {
    reader.at += 1;
  } else {
    return 1;
  }
  if (peek(reader) === "?") reader.at += 1;
  return repeats;
}

const peek = (reader: Reader): string => reader.pattern[reader.at] ?? "";

function take(reader: Reader): string {
  const character = peek(reader);
  reader.at += 1;
  return character;
}
