import { count, label } from "../../lib/format.ts";
import type { Lack, Move, Replayed } from "./replayed.ts";

/** What a replay says, in words. */

export const VERDICT_WORDS: Readonly<
  Record<Move["verdict"], { readonly text: string; readonly tone: "neutral" | "accent" | "bad" | "warn" }>
> = {
  same: { text: "As before", tone: "neutral" },
  moved: { text: "Elsewhere", tone: "accent" },
  denied: { text: "Denied", tone: "bad" },
  refused: { text: "Refused", tone: "bad" },
  not_known: { text: "Not known", tone: "warn" },
};

export const requests = (value: number): string => count(value, "request", "requests");

const ASSUMED: Readonly<Record<string, string>> = {
  tools: "they are taken to have had no tools, which one of the models lacks",
  images: "they are taken to have had no images, which one of the models cannot see",
  max_output_tokens: "their answers are taken to be of usual length, and another bound would choose another model",
  health: "every model is taken to have been well, so nothing had to stand behind the others",
  session: "they are taken to have named no session, by which an experiment shares them out",
  key: "their key is gone, and is taken to have been for every model",
  rule_id: "who gets what changes once more when the rule is saved; the shares stay",
};

/** What could not be judged, a sentence for each condition. */
export function notKnownWords(lacks: readonly Lack[]): readonly { readonly key: string; readonly text: string }[] {
  return lacks.map(({ condition, effect, requests: of }) => ({
    key: `${effect} ${condition}`,
    text: `${label(condition)}, ${requests(of)}: ${effectWords(condition, effect)}.`,
  }));
}

function effectWords(condition: string, effect: Lack["effect"]): string {
  switch (effect) {
    case "undecided":
      return "the log does not hold it, so it cannot be told what would have become of them";
    case "assumed":
      return ASSUMED[condition] ?? "the log does not hold it, and an experiment asks for it";
    case "estimated":
      return "it is the tokens that the provider counted, where a rule takes one for four bytes";
  }
}

const NOT_COMPARED: Readonly<Record<keyof Replayed["cost"]["not_compared"], string>> = {
  not_known: "it is not known where they would have gone",
  refused: "they would have been refused for their model",
  cached: "they were answered from the cache",
  no_usage: "they failed, so nobody knows their tokens",
  unpriced: "a part of their usage has no price there",
};

/** Which requests are in no sum of costs, and why. */
export const notComparedWords = ({ not_compared }: Replayed["cost"]): readonly string[] =>
  Object.entries(NOT_COMPARED).flatMap(([name, why]) => {
    const of = not_compared[name as keyof typeof not_compared];
    return of === 0 ? [] : [`${requests(of)}: ${why}.`];
  });
