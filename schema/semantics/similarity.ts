import { meaningOf } from "./meaning.ts";
import { apart } from "./veto.ts";

/** What a word costs that the other text says by another one, and what it costs when every word differs. */
const SYNONYM_COST = 0.12;
const WORDING_COST = 0.06;

/**
 * How near two texts are, from 0 to 1: the cosine of their vectors, or what their words say, whichever is more. The
 * threshold applies to this figure, and callers see it. Words say something only of texts that no veto keeps apart:
 * 1 less a part for synonyms and for small words that differ.
 */
export function similarity(asked: string, stored: string, cosine: number): number {
  const bounded = Math.min(1, Math.max(0, cosine));
  if (asked === stored) return 1;
  const [a, b] = asked < stored ? [meaningOf(asked), meaningOf(stored)] : [meaningOf(stored), meaningOf(asked)];
  if (apart(a, b) !== null) return bounded;
  const forms = new Set(b.concepts.map(({ form }) => form));
  const synonyms = a.concepts.filter(({ form }) => !forms.has(form)).length / Math.max(1, a.concepts.length);
  const words_a = new Set(a.plain.toLowerCase().split(" "));
  const words_b = new Set(b.plain.toLowerCase().split(" "));
  const common = [...words_a].filter((word) => words_b.has(word)).length;
  const wording = 1 - common / (words_a.size + words_b.size - common);
  return Math.max(bounded, 1 - SYNONYM_COST * synonyms - WORDING_COST * wording);
}
