import { likeness } from "../../../../schema/caching/likeness.ts";
import type { ShadowObservation } from "../../../../schema/wire/cache-rpc.ts";
import { textOfParts } from "./collected-answer.ts";
import type { Judged } from "./judge.ts";
import type { AnswerContent, AnswerFacts } from "./keep-answer.ts";

/** What would have become of a request, and how like the kept answer the fresh one is. Nothing of either is in it. */
export function shadowObservation(
  judged: Judged,
  { collected, body }: AnswerContent,
  facts: AnswerFacts,
  at: number,
  model: string,
): ShadowObservation {
  const nothing = { at, model, found: null, score: null, refused: null, likeness: null } as const;
  const saved = { saved_nano_usd: facts.cost_nano_usd, saved_ms: facts.took_ms };
  if (judged.status === "none") return { ...nothing, saved_nano_usd: 0, saved_ms: 0 };
  if (judged.status === "refused") {
    const found = judged.score === null ? "exact" : "semantic";
    return { ...nothing, found, score: judged.score, refused: judged.reason, saved_nano_usd: 0, saved_ms: 0 };
  }
  const { content } = judged.answer;
  const kept = "parts" in content ? textOfParts(content.parts) : content.body;
  const fresh = body ?? (collected.parts === null ? null : textOfParts(collected.parts));
  return {
    ...nothing,
    found: judged.tier,
    score: judged.score,
    likeness: fresh === null ? null : likeness(kept, fresh),
    ...saved,
  };
}
