import { type Concept, type Meaning, meaningOf } from "./meaning.ts";
import { sameOrder } from "./same-order.ts";
import { TABLES } from "./words/compile.ts";

/** Why two texts are not the same question, however near their vectors are. */
export type VetoReason =
  | "language"
  | "literal"
  | "number"
  | "negation"
  | "quantifier"
  | "antonym"
  | "word"
  | "question"
  | "tense"
  | "person"
  | "order"
  | "length"
  | "empty";

/** Texts of more are compared letter by letter. */
export const VETO_CHARS_MAX = 4_000;

/**
 * Whether a stored question must not stand for the one that is asked: the first reason found, or null where they ask the
 * same. Symmetric, and null for equal texts. A word that only one of them has, and that no table knows to mean nothing or
 * the same as one of the other, is a reason: it fails closed, and what no table knows is lost to the cache.
 */
export function vetoed(asked: string, stored: string): VetoReason | null {
  if (asked === stored) return null;
  if (asked.length > VETO_CHARS_MAX || stored.length > VETO_CHARS_MAX) return "length";
  // In one order, so that the reason is the same whichever came first.
  const [first, second] = asked < stored ? [asked, stored] : [stored, asked];
  return apart(meaningOf(first), meaningOf(second));
}

/** The same for texts whose meanings are known. */
export function apart(a: Meaning, b: Meaning): VetoReason | null {
  if (a.plain !== "" && a.plain.toLowerCase() === b.plain.toLowerCase() && a.plain === b.plain) return null;
  if (a.script !== b.script || (a.language !== b.language && a.language !== null && b.language !== null))
    return "language";
  const different = difference(a.concepts, b.concepts) ?? difference(b.concepts, a.concepts);
  if (different !== null) return reasonFor(different, a, b);
  // Texts of small words alone, "why?" and "and then?", are the same only to the letter.
  if (a.concepts.length === 0) return a.plain.toLowerCase() === b.plain.toLowerCase() ? null : "empty";
  if (a.question !== b.question) return "question";
  if ((a.past === "auxiliary" && b.past === "no") || (b.past === "auxiliary" && a.past === "no")) return "tense";
  if (!samePersons(a, b)) return "person";
  return sameOrder(a, b) ? null : "order";
}

/** The first of the concepts that the others lack or have less often. */
function difference(concepts: readonly Concept[], others: readonly Concept[]): Concept | null {
  const left = new Map<string, number>();
  for (const { id, kind } of others) left.set(kind + id, (left.get(kind + id) ?? 0) + 1);
  for (const concept of concepts) {
    const key = concept.kind + concept.id;
    const count = left.get(key) ?? 0;
    if (count === 0) return concept;
    left.set(key, count - 1);
  }
  return null;
}

const NEGATIONS = new Set(["neg", "without", "except", "unless"]);

function reasonFor({ kind, form }: Concept, a: Meaning, b: Meaning): VetoReason {
  if (kind === "number" || kind === "literal") return kind;
  if (kind === "operator") return NEGATIONS.has(form) ? "negation" : "quantifier";
  return areAntonyms(a, b) ? "antonym" : "word";
}

/** Whether one text has a word whose opposite the other has: for the name of the reason alone. */
function areAntonyms(a: Meaning, b: Meaning): boolean {
  const of = ({ concepts }: Meaning) => new Set(concepts.map(({ form }) => form));
  const [forms_a, forms_b] = [of(a), of(b)];
  const table = TABLES.find(({ language }) => language === a.language);
  return (table?.antonyms ?? []).some((pair) => {
    const [one = "", other = ""] = pair.split(" ").map((word) => table?.stem(word) ?? word);
    return (forms_a.has(one) && forms_b.has(other)) || (forms_a.has(other) && forms_b.has(one));
  });
}

/**
 * "How do I" and "how to" are the same, so are "your warranty" and "the warranty"; "my" and "your" are not, and "what is
 * my balance" is not "what is the balance".
 */
function samePersons(a: Meaning, b: Meaning): boolean {
  const different = [...a.persons].filter((one) => !b.persons.has(one));
  different.push(...[...b.persons].filter((one) => !a.persons.has(one)));
  if (different.length > 1) return different.every((one) => one === "1" || one === "my") && a.question === "how";
  return different.every((one) => {
    if (one === "1") return true;
    if (one === "my") return a.question === "how";
    return (one === "you" || one === "your") && a.question !== "how";
  });
}
