import { isUnit, quantity } from "./quantity.ts";
import { type Token, tokens } from "./tokens.ts";
import { type Language, languages } from "./words/compile.ts";

/** One thing that a text speaks of. Texts that ask the same have the same, in an order that means the same. */
export interface Concept {
  readonly id: string;
  readonly kind: "word" | "number" | "literal" | "operator";
  /** How it was written, in lower case and without inflection: synonyms differ in it. */
  readonly form: string;
  /** What it is to the others, such as `from`; null where nothing says so. */
  readonly role: string | null;
  /** May stand anywhere. */
  readonly movable: boolean;
  /** Written with a small letter. */
  readonly small: boolean;
}

/** What a text asks, as far as words tell. */
export interface Meaning {
  readonly language: string | null;
  readonly script: string;
  readonly concepts: readonly Concept[];
  readonly question: string;
  readonly persons: ReadonlySet<string>;
  /** Past or future by an auxiliary; a past form without one is `verb`. */
  readonly past: "auxiliary" | "verb" | "no";
  /** Its words in order, however they count. */
  readonly plain: string;
}

export function meaningOf(text: string): Meaning {
  const found = tokens(text);
  const language = languageOf(found);
  const state = new Reading(language, text.trimEnd().endsWith("?"));
  for (let at = 0; at < found.length; ) at += state.take(found, at);
  return {
    language: language?.name ?? null,
    script: scriptOf(text),
    concepts: state.concepts,
    question: state.question(),
    persons: state.persons,
    past: state.past,
    plain: found.map((token) => (token.kind === "number" ? token.text + token.unit : token.text)).join(" "),
  };
}

class Reading {
  readonly concepts: Concept[] = [];
  readonly persons = new Set<string>();
  readonly #language: Language | null;
  readonly #ends_asking: boolean;
  readonly #questions = new Set<string>();
  #modality = "plain";
  #begins_asking: boolean | null = null;
  #role: string | null = null;
  past: Meaning["past"] = "no";

  constructor(language: Language | null, ends_asking: boolean) {
    this.#language = language;
    this.#ends_asking = ends_asking;
  }

  /** Takes what begins at a token, and answers how many tokens it was. */
  take(found: readonly Token[], at: number): number {
    const token = found[at];
    if (token === undefined) return 1;
    if (token.kind === "literal") return this.#add("literal", token.text, token.text, token);
    if (token.kind === "number") return this.#number(found, at, token.text, token.unit, 1);
    // An acronym is not the small word that it looks like: "US" is not "us".
    const acronym = token.raw.length > 1 && token.raw === token.raw.toUpperCase() && token.raw !== token.text;
    const [length, says] = this.#saying(found, at);
    // "Can you tell me" is courtesy, "can I" a question.
    const courtesy = length > 1 && says === "-";
    if (this.#begins_asking === null && !courtesy)
      this.#begins_asking = this.#language?.asking.has(token.text) ?? false;
    if (says !== undefined && (length > 1 || !acronym || says.startsWith("=")))
      return this.#say(says, length, found, at);
    return this.#word(found, at, token);
  }

  /** The longest phrase of the table that begins here. */
  #saying(found: readonly Token[], at: number): readonly [number, string | undefined] {
    const says = this.#language?.says ?? NOTHING;
    const longest = this.#language?.longest.get(found[at]?.text ?? "") ?? 1;
    const words: string[] = [];
    for (let to = at; to < found.length && to < at + longest; to += 1) {
      const token = found[to];
      if (token === undefined || token.kind !== "word") break;
      words.push(token.text);
    }
    for (let length = words.length; length > 0; length -= 1) {
      const phrase = says.get(words.slice(0, length).join(" "));
      if (phrase !== undefined) return [length, phrase];
    }
    return [1, undefined];
  }

  #say(says: string, length: number, found: readonly Token[], at: number): number {
    const token = found[at];
    if (says === "-" || token === undefined) {
      // A genitive says of the word before it what "of" says of the one behind.
      const last = this.concepts.at(-1);
      if (token?.text === "'s" && last !== undefined)
        this.concepts[this.concepts.length - 1] = { ...last, role: last.role ?? "of" };
      return length;
    }
    const [kind, what = ""] = says.split(":");
    if (says.startsWith("=")) {
      const words = found.slice(at, at + length).map(({ text }) => text);
      const form = words.length === 1 ? (this.#language?.lemma(words[0] ?? "") ?? "") : words.join(" ");
      this.#seePast(token);
      this.#add("word", says, form, token);
    } else if (kind === "q") this.#questions.add(what);
    else if (kind === "m") this.#modality = what;
    else if (kind === "p") this.persons.add(what);
    else if (kind === "role") this.#role = what;
    else if (what === "past") this.past = "auxiliary";
    else this.#add("operator", says, what, token);
    return length;
  }

  #word(found: readonly Token[], at: number, token: Token): number {
    const language = this.#language;
    const number = language?.numbers.get(token.text);
    if (number?.startsWith("#")) return this.#add("number", number, number, token);
    if (number !== undefined)
      return this.#number(found, at, String(numberFrom(found, at, language)), "", numberWords(found, at, language));
    if (token.text === "one" && isUnit(found[at + 1]?.text ?? "")) return this.#number(found, at, "1", "", 1);
    const lemma = language?.lemma(token.text) ?? token.text;
    const says = language?.says.get(lemma);
    this.#seePast(token);
    return this.#add("word", says?.startsWith("=") ? says : lemma, lemma, token);
  }

  #number(found: readonly Token[], at: number, digits: string, unit: string, length: number): number {
    const token = found[at];
    const next = found[at + length];
    const follows =
      unit === "" && next?.kind === "word" && (isUnit(next.text) || /^[ap]m$/.test(next.text)) ? next.text : null;
    const id = quantity(clock(digits, follows ?? unit), follows ?? unit, this.#language?.name ?? null);
    if (token !== undefined) this.#add("number", id, id, token);
    return length + (follows === null ? 0 : 1);
  }

  #seePast({ text }: Token): void {
    if (this.past === "no" && this.#language?.isPast(text)) this.past = "verb";
  }

  #add(kind: Concept["kind"], id: string, form: string, token: Token): number {
    const movable = this.#language?.movable.has(token.text) ?? false;
    this.concepts.push({ kind, id, form, role: this.#role, movable, small: token.raw === token.text });
    this.#role = null;
    return 1;
  }

  question(): string {
    const strong = [...this.#questions].filter((one) => one !== "what").sort();
    if (strong.length > 0) return strong.join("+");
    if (this.#questions.size > 0) return "what";
    const foreign = this.#language !== null && this.#language.name !== "en";
    if (
      this.#begins_asking ||
      this.#modality !== "plain" ||
      (foreign && this.#ends_asking && this.concepts.length > 1)
    ) {
      return `whether ${this.#modality}`;
    }
    return "what";
  }
}

const NOTHING: ReadonlyMap<string, string> = new Map();

/** How many words from here on are one number: "twenty five", "two hundred". */
function numberWords(found: readonly Token[], at: number, language: Language | null): number {
  let to = at;
  while (/^\d/.test(language?.numbers.get(found[to]?.text ?? "") ?? "")) to += 1;
  return to - at;
}

function numberFrom(found: readonly Token[], at: number, language: Language | null): number {
  let sum = 0;
  let last = 0;
  for (let to = at; to < at + numberWords(found, at, language); to += 1) {
    const value = Number(language?.numbers.get(found[to]?.text ?? ""));
    if (last > 0 && value >= 100) {
      sum += last * value - last;
      last *= value;
    } else {
      sum += value;
      last = value;
    }
  }
  return sum;
}

/** 8:00 am is 8 am. */
const clock = (digits: string, unit: string): string => (/^[ap]m$/.test(unit) ? digits.replace(/:00$/, "") : digits);

/** The language of most typical words, or null where none or several have most. */
function languageOf(found: readonly Token[]): Language | null {
  const scores = languages()
    .map((language) => ({ language, score: found.filter(({ text }) => language.typical.has(text)).length }))
    .sort((a, b) => b.score - a.score);
  const [best, next] = scores;
  if (best === undefined || best.score === 0) return languages().find(({ name }) => name === "en") ?? null;
  return best.score === next?.score && best.language.name !== "en" && next.language.name !== "en"
    ? null
    : best.language;
}

const SCRIPTS = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Arabic}/u,
  /\p{Script=Hebrew}/u,
  /\p{Script=Han}/u,
  /\p{Script=Hiragana}|\p{Script=Katakana}/u,
  /\p{Script=Hangul}/u,
  /\p{Script=Devanagari}/u,
  /\p{Script=Thai}/u,
];

const scriptOf = (text: string): string => SCRIPTS.map((script) => (script.test(text) ? "1" : "0")).join("");
