import type { Difference, Family } from "./family.ts";
import { HELD_OUT_ENGLISH } from "./held-out-english.ts";
import { HELD_OUT_OTHERS } from "./held-out-others.ts";
import { TUNING_ENGLISH } from "./tuning-english.ts";
import { TUNING_OTHERS } from "./tuning-others.ts";

/** Two questions with what is right to do with them. */
export interface Pair {
  /** Only `same` may be served from the cache. */
  readonly label: "same" | "near" | "unrelated";
  /** What keeps a near miss apart; the label where nothing does. */
  readonly group: Difference | "same" | "unrelated";
  readonly topic: Family["topic"];
  readonly language: Family["language"];
  readonly asked: string;
  readonly stored: string;
}

export type Half = "tuning" | "held-out";

const FAMILIES: Readonly<Record<Half, readonly Family[]>> = {
  tuning: [...TUNING_ENGLISH, ...TUNING_OTHERS],
  "held-out": [...HELD_OUT_ENGLISH, ...HELD_OUT_OTHERS],
};

/**
 * The pairs of one half: each question with all that ask the same, with its near misses, and with the question behind
 * it, which has nothing to do with it.
 */
export function pairsOf(half: Half): readonly Pair[] {
  const families = FAMILIES[half];
  return families.flatMap(({ topic, language, question, same, near }, at) => {
    const common = { topic, language, asked: question };
    const next = families[(at + 1) % families.length]?.question ?? "";
    return [
      ...same.map((stored): Pair => ({ ...common, label: "same", group: "same", stored })),
      ...differences(near).map(([group, stored]): Pair => ({ ...common, label: "near", group, stored })),
      { ...common, label: "unrelated", group: "unrelated", stored: next } satisfies Pair,
    ];
  });
}

const DIFFERENCES = [
  "number",
  "date",
  "unit",
  "name",
  "word",
  "antonym",
  "negation",
  "quantifier",
  "question",
  "person",
  "order",
  "code",
  "follow-up",
  "language",
] as const satisfies readonly Difference[];

const differences = (near: Family["near"]): readonly (readonly [Difference, string])[] =>
  DIFFERENCES.flatMap((difference) => {
    const text = near[difference];
    return text === undefined ? [] : [[difference, text] as const];
  });
