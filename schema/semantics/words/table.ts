/**
 * What the rules know of a language, as data. Lists are words in lower case, separated by white space; where phrases
 * occur, entries are separated by "|".
 */
export interface WordTable {
  readonly language: string;
  /** Words by which the language is recognised: frequent, short, and not those of the others. */
  readonly typical: string;
  /** Words and phrases that change no question: articles, auxiliaries, courtesy. */
  readonly light: string;
  /**
   * Words and phrases that say something by rule and not as a word, by what they say: `q:` asks for something, `m:` is
   * a modality, `op:` an operator that both texts must have, `p:` a person, `role:` what the next word is to the others.
   */
  readonly marks: Readonly<Record<string, string>>;
  /** Sets of words and phrases that mean the same, in every sense that a question is likely to have. */
  readonly synonyms: readonly string[];
  /** Pairs of opposites. Never in one set of synonyms: a test compares. */
  readonly antonyms: readonly string[];
  /** Irregular forms, `form:lemma`. */
  readonly irregular: string;
  /** Words for numbers, `word:value`; an ordinal has a `#` before its value. */
  readonly numbers: string;
  /** Auxiliaries with which a question begins that is answered by yes or no. */
  readonly asking: string;
  /** Adverbs that stand anywhere. */
  readonly movable: string;
  /** The inflection taken off, or the word as it is. Derivation stays: "organ" is not "organisation". */
  readonly stem: (word: string) => string;
}
