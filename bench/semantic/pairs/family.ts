/** What keeps a near miss from being the same question. */
export type Difference =
  | "number"
  | "date"
  | "unit"
  | "name"
  | "word"
  | "antonym"
  | "negation"
  | "quantifier"
  | "question"
  | "person"
  | "order"
  | "code"
  | "follow-up"
  | "language";

/**
 * A question with others that ask the same, and with near misses: most words are equal, the right answer is another one.
 * Written by hand for this measurement.
 */
export interface Family {
  readonly topic: "support" | "hr" | "dev" | "finance" | "faq" | "travel" | "follow-up";
  readonly language: "en" | "de" | "fr" | "es";
  readonly question: string;
  readonly same: readonly string[];
  readonly near: Partial<Readonly<Record<Difference, string>>>;
}
