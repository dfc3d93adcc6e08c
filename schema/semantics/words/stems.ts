/**
 * Inflection alone is taken off. The usual stemmers also take off derivation, and so make one word of "university" and
 * "universe", "marketing" and "market", "policy" and "police": fine for finding, wrong for telling apart.
 */

type Rule = readonly [ending: string, instead: string, least: number];

/** The first rule that fits and leaves as many letters as it asks for. */
function byRules(rules: readonly Rule[]): (word: string) => string {
  return (word) => {
    for (const [ending, instead, least] of rules) {
      if (word.length - ending.length >= least && word.endsWith(ending)) {
        return word.slice(0, word.length - ending.length) + instead;
      }
    }
    return word;
  };
}

const ENGLISH: readonly Rule[] = [
  ["sses", "ss", 2],
  ["ies", "y", 2],
  ["ied", "y", 2],
  ["xes", "x", 2],
  ["ches", "ch", 2],
  ["shes", "sh", 2],
  ["ing", "", 3],
  ["eed", "eed", 0],
  ["ed", "", 3],
  ["ss", "ss", 0],
  ["us", "us", 0],
  ["is", "is", 0],
  ["s", "", 2],
];
const english = byRules(ENGLISH);
/** Words that end as an inflected one does. */
const ENGLISH_WHOLE = new Set(
  "news during thing nothing something anything everything morning evening king ring spring string wedding ceiling being sing bring interesting wing sterling hundred series species always perhaps besides plus bus gas lens boss".split(
    " ",
  ),
);

/** A last e and a doubled consonant go, so that "stopping", "stop", "moving" and "move" meet. */
export function englishStem(word: string): string {
  if (ENGLISH_WHOLE.has(word)) return word;
  const stem = english(word);
  const single = stem !== word && /([bdgklmnprt])\1$/.test(stem) ? stem.slice(0, -1) : stem;
  return single.length > 3 && single.endsWith("e") ? single.slice(0, -1) : single;
}

export const germanStem = byRules([
  ["ungen", "ung", 3],
  ["innen", "in", 3],
  ["heiten", "heit", 3],
  ["keiten", "keit", 3],
  ["test", "", 4],
  ["ten", "", 4],
  ["ern", "", 3],
  ["est", "", 4],
  ["em", "", 3],
  ["en", "", 3],
  ["er", "", 3],
  ["es", "", 3],
  ["et", "", 4],
  ["te", "", 4],
  ["e", "", 3],
  ["n", "", 4],
  ["s", "", 3],
  ["t", "", 4],
]);

export const frenchStem = byRules([
  ["eaux", "eau", 2],
  ["aux", "al", 3],
  ["ées", "", 3],
  ["ée", "", 3],
  ["és", "", 3],
  ["é", "", 3],
  ["ez", "", 3],
  ["er", "", 3],
  ["ent", "ent", 0],
  ["es", "", 3],
  ["e", "", 3],
  ["x", "", 3],
  ["s", "", 3],
]);

export const spanishStem = byRules([
  ["ciones", "ción", 2],
  ["ando", "", 3],
  ["iendo", "", 3],
  ["ar", "", 3],
  ["er", "", 3],
  ["ir", "", 3],
  ["es", "", 3],
  ["as", "", 3],
  ["os", "", 3],
  ["a", "", 3],
  ["o", "", 3],
  ["e", "", 3],
  ["s", "", 3],
]);
