/**
 * How long a model's answers have been lately, in this isolate: what the first hold of an unbounded stream covers. Only a
 * hint: a hold that turns out too small grows, one too large is released at the end.
 */
const longest = new Map<string, number>();
const MODELS_MAX = 1_000;
const DECAY = 0.98;
/** Twice the first stretch, so that a short answer asks neither the wallet nor the tokenizer while it streams. */
const LEAST_TOKENS = 4_096;
const MOST_TOKENS = 16_384;

/** Output tokens that most answers of this model stay below. Before any was seen: the least. */
export function expectedOutputTokens(model: string): number {
  const seen = longest.get(model) ?? 0;
  return Math.min(MOST_TOKENS, Math.max(LEAST_TOKENS, Math.ceil(seen * 1.25)));
}

/** Learns from an ended answer: a decaying maximum, so that one long answer is forgotten after about a hundred others. */
export function learnOutputTokens(model: string, output_tokens: number): void {
  if (longest.size >= MODELS_MAX && !longest.has(model)) longest.clear();
  longest.set(model, Math.max(output_tokens, (longest.get(model) ?? 0) * DECAY));
}
