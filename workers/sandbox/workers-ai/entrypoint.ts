/// <reference path="./binary.d.ts" />
import { WorkerEntrypoint } from "cloudflare:workers";
import * as z from "zod";
import { DIMENSIONS, embedWords } from "../../../schema/semantics/sandbox/embed-words.ts";
import { readWordTable, type WordTable } from "../../../schema/semantics/sandbox/word-table.ts";
import { FAULTS, misbehave, type StandInsEnv } from "../stand-ins.ts";

/** As many texts as Workers AI takes at once. */
const TEXTS_MAX = 100;
const MODELS = ["@cf/baai/bge-m3"] as const;

const inputsSchema = z.object({
  text: z.union([z.string().min(1), z.array(z.string().min(1)).min(1).max(TEXTS_MAX)]),
});

/** What `run` answers, and `stand_in`, which the real one lacks: these vectors are not bge-m3's. */
export interface EmbeddingsAnswer {
  readonly shape: [number, number];
  readonly data: number[][];
  readonly pooling: "mean";
  readonly stand_in: string;
}

/**
 * Local stand-in for a Workers AI binding: embeddings alone, in the form of bge-m3 and not of its quality. The table is
 * English; of German, French and all else it knows how words are written, not what they mean.
 */
export class WorkersAi extends WorkerEntrypoint<StandInsEnv> {
  /** Rejects for another model and for what Workers AI refuses: no text, an empty one, more than TEXTS_MAX. */
  async run(model: string, inputs: unknown): Promise<EmbeddingsAnswer> {
    await misbehave("Workers AI", FAULTS.ai);
    if (!MODELS.some((known) => known === model)) {
      throw new Error(`5007: No such model ${model} or task. The local stand-in has ${MODELS.join(", ")}.`);
    }
    const read = inputsSchema.safeParse(inputs);
    if (!read.success) throw new Error(`5006: ${z.prettifyError(read.error)} (local stand-in)`);
    const { text } = read.data;
    const texts = typeof text === "string" ? [text] : text;
    const words = await wordTable();
    const data = texts.map((one) => [...embedWords(words, one)]);
    return { shape: [data.length, DIMENSIONS], data, pooling: "mean", stand_in: "words.bin of the sandbox" };
  }
}

let table: Promise<WordTable> | null = null;

/** Three megabytes of text that most runs never need: unpacked with the first call, not with the import. */
function wordTable(): Promise<WordTable> {
  table ??= import("./words.bin").then(({ default: bytes }) => readWordTable(new Uint8Array(bytes)));
  return table;
}
