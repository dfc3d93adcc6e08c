import { SIF_WEIGHT, type WordTable } from "./word-table.ts";

/** As many as bge-m3 gives, so that an index made for that one takes ours. */
export const DIMENSIONS = 1_024;

/** How much a word that the table lacks counts, against a rare one of the table, which counts about 1. */
const UNKNOWN_WEIGHT = 1;

/**
 * A text as a unit vector. Its first dimensions are the weighted mean of its English words, without what all texts have
 * in common. The rest is for words that the table lacks, which are names, numbers and all other languages: the sum of a
 * direction for each of their trigrams. So "Müller" and "Meier" differ, but nothing is known of what they mean.
 */
export function embedWords(table: WordTable, text: string): Float32Array {
  const known = new Float64Array(table.dimensions);
  const unknown = new Float64Array(DIMENSIONS - table.dimensions);
  let weights = 0;
  for (const word of text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? []) {
    const rank = table.rank(word);
    const weight = rank === undefined ? UNKNOWN_WEIGHT : SIF_WEIGHT(rank);
    weights += weight;
    if (rank === undefined) addTrigrams(unknown, word);
    else table.add(known, rank, weight);
  }
  // A text without words has a direction too.
  if (weights === 0) addTrigrams(unknown, text);
  removeCommon(known, table.common);
  const sum = Float64Array.of(...known, ...unknown);
  const length = Math.hypot(...sum);
  return Float32Array.from(sum, (value) => (length === 0 ? 0 : value / length));
}

/** Of a length that a rare word of the table has. */
const TRIGRAMS_LENGTH = 6;

function addTrigrams(sum: Float64Array, word: string): void {
  const marked = `^${word}$`;
  const trigrams = Array.from({ length: Math.max(1, marked.length - 2) }, (_, at) => marked.slice(at, at + 3));
  const length = (UNKNOWN_WEIGHT * TRIGRAMS_LENGTH) / Math.sqrt(trigrams.length * 8);
  for (const trigram of trigrams) {
    // Eight places of a thousand: directions of two trigrams hardly ever meet.
    const next = placesOf(trigram);
    for (let place = 0; place < 8; place += 1) {
      const at = Math.floor(next() * sum.length);
      sum[at] = (sum[at] ?? 0) + (next() < 0.5 ? length : -length);
    }
  }
}

function removeCommon(sum: Float64Array, common: Float32Array): void {
  let along = 0;
  for (const [at, value] of common.entries()) along += value * (sum[at] ?? 0);
  for (const [at, value] of common.entries()) sum[at] = (sum[at] ?? 0) - along * value;
}

/** Numbers in [0, 1) that depend on the text alone: FNV-1a, then mulberry32. */
function placesOf(text: string): () => number {
  let state = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) state = Math.imul(state ^ text.charCodeAt(at), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}
