/** Words of languages that put blanks between them, single signs of those that do not. */
const WORDS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[\p{L}\p{N}]+/gu;

/**
 * How alike two answers are: the share of their words that they have in common, 0 to 1 (the Sørensen–Dice coefficient of
 * both as bags of words). Says nothing of order or meaning, and is the same for everybody who asks.
 */
export function likeness(a: string, b: string): number {
  const [of_a, of_b] = [bagOf(a), bagOf(b)];
  const total = sizeOf(of_a) + sizeOf(of_b);
  if (total === 0) return a === b ? 1 : 0;
  let common = 0;
  for (const [word, count] of of_a) common += Math.min(count, of_b.get(word) ?? 0);
  return (2 * common) / total;
}

function bagOf(text: string): ReadonlyMap<string, number> {
  const bag = new Map<string, number>();
  for (const [word] of text.toLowerCase().matchAll(WORDS)) bag.set(word, (bag.get(word) ?? 0) + 1);
  return bag;
}

const sizeOf = (bag: ReadonlyMap<string, number>): number => [...bag.values()].reduce((sum, count) => sum + count, 0);
