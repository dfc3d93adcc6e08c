import { tokens } from "../tokens.ts";
import { ENGLISH } from "./english.ts";
import { FRENCH } from "./french.ts";
import { GERMAN } from "./german.ts";
import { SPANISH } from "./spanish.ts";
import type { WordTable } from "./table.ts";

/** A table as the rules read it. What a word or phrase says is `-` for nothing, a mark, or `=` with the set it is in. */
export interface Language {
  readonly name: string;
  readonly typical: ReadonlySet<string>;
  readonly says: ReadonlyMap<string, string>;
  /** Words in the longest phrase that begins with a word. */
  readonly longest: ReadonlyMap<string, number>;
  readonly numbers: ReadonlyMap<string, string>;
  readonly asking: ReadonlySet<string>;
  readonly movable: ReadonlySet<string>;
  lemma(word: string): string;
  /** Whether a form is one of the past, for which no auxiliary is needed. */
  isPast(word: string): boolean;
}

const spaced = (list: string): readonly string[] => list.split(/\s+/).filter((word) => word !== "");
/** As a text has it, where "c'est" is two words and "'s" behind another one is one. */
const asTokens = (entry: string): string =>
  entry.startsWith("'")
    ? entry
    : tokens(entry)
        .map(({ text }) => text)
        .join(" ");
const piped = (list: string): readonly string[] =>
  list
    .split("|")
    .map((entry) => asTokens(entry.trim()))
    .filter((entry) => entry !== "");
const coloned = (list: string): ReadonlyMap<string, string> =>
  new Map(spaced(list).map((entry) => [entry.slice(0, entry.indexOf(":")), entry.slice(entry.indexOf(":") + 1)]));

function compile(table: WordTable): Language {
  const irregular = coloned(table.irregular);
  const lemma = (word: string): string => table.stem(irregular.get(word) ?? word);
  const says = new Map<string, string>();
  for (const [at, set] of table.synonyms.entries()) {
    for (const entry of piped(set)) {
      if (!says.has(entry)) says.set(entry, `=${at}`);
      if (!entry.includes(" ") && !says.has(lemma(entry))) says.set(lemma(entry), `=${at}`);
    }
  }
  for (const [mark, list] of Object.entries(table.marks)) for (const entry of piped(list)) says.set(entry, mark);
  for (const entry of piped(table.light)) if (!says.has(entry)) says.set(entry, "-");
  return {
    name: table.language,
    typical: new Set(spaced(table.typical)),
    says,
    longest: longestOf(says),
    numbers: coloned(table.numbers),
    asking: new Set(spaced(table.asking)),
    movable: new Set(spaced(table.movable)),
    lemma,
    isPast: (word) => irregular.get(word) !== undefined || word.endsWith("ed"),
  };
}

/** Most words begin no phrase, so most are looked up once. */
function longestOf(says: ReadonlyMap<string, string>): ReadonlyMap<string, number> {
  const longest = new Map<string, number>();
  for (const entry of says.keys()) {
    const [first = "", ...rest] = entry.split(" ");
    longest.set(first, Math.max(longest.get(first) ?? 1, rest.length + 1));
  }
  return longest;
}

export const TABLES: readonly WordTable[] = [ENGLISH, GERMAN, FRENCH, SPANISH];

let compiled: readonly Language[] | null = null;

/** Compiled with the first use, which most requests never make. */
export function languages(): readonly Language[] {
  compiled ??= TABLES.map(compile);
  return compiled;
}
