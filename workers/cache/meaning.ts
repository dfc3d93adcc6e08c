import * as z from "zod";
import type { MeaningAsked } from "../../schema/wire/cache-rpc.ts";

/** What of Workers AI is used here. */
export interface EmbeddingAi {
  run(model: string, input: { readonly text: readonly string[] }): Promise<unknown>;
}

/** What of a Vectorize index is used here. */
export interface VectorIndex {
  query(vector: readonly number[], options: VectorQuery): Promise<unknown>;
  upsert(vectors: readonly StoredVector[]): Promise<unknown>;
  deleteByIds(ids: readonly string[]): Promise<unknown>;
}

interface VectorQuery {
  readonly topK: number;
  readonly namespace: string;
  readonly filter: { readonly partition: string };
  readonly returnMetadata: "none";
  readonly returnValues: false;
}

interface StoredVector {
  readonly id: string;
  readonly values: readonly number[];
  readonly namespace: string;
  readonly metadata: { readonly partition: string };
}

export interface MeaningBindings {
  readonly AI?: EmbeddingAi;
  readonly VECTORS?: VectorIndex;
}

/** Multilingual, 1,024 dimensions, 8,192 tokens. Source: Workers AI's catalogue, `@cf/baai/bge-m3`. */
const MODEL = "@cf/baai/bge-m3";

/**
 * What the index was made with: the most that Vectorize takes, so that most models fit. A shorter vector is filled up with
 * zeros, which changes no cosine.
 */
const DIMENSIONS = 1_536;

/** The best may be vetoed, gone or expired: a few more are looked at. */
const CANDIDATES = 5;

/** Of a filter's value, an index compares the first 64 bytes. Source: Vectorize, metadata filtering. */
const PARTITION_CHARS = 64;

const embedded = z.looseObject({ data: z.array(z.array(z.number())).min(1) });
const matched = z.looseObject({ matches: z.array(z.looseObject({ id: z.string(), score: z.number() })) });

/** Candidates of one namespace by the meaning of a question. Throws what the embedder or the index throws. */
export class Meaning {
  readonly #bindings: MeaningBindings;
  readonly #namespace: string;

  /** `namespace` is no longer than 64 bytes, as Vectorize wants it. */
  constructor(bindings: MeaningBindings, namespace: string) {
    this.#bindings = bindings;
    this.#namespace = namespace;
  }

  /** The vector of what is asked: the one that came with it, else of its text. */
  async vectorOf({ text, vector }: MeaningAsked): Promise<readonly number[]> {
    const made = vector ?? (await this.#embed(text ?? ""));
    if (made.length === 0 || made.length > DIMENSIONS) throw new Error(`a vector of ${made.length} dimensions`);
    return made.length === DIMENSIONS ? made : [...made, ...new Array<number>(DIMENSIONS - made.length).fill(0)];
  }

  async #embed(text: string): Promise<readonly number[]> {
    const { AI } = this.#bindings;
    if (AI === undefined) throw new Error("there is no embedder");
    return embedded.parse(await AI.run(MODEL, { text: [text] })).data[0] ?? [];
  }

  /** Ids of entries in that partition, best first. The index is not believed: it may know what is gone. */
  async near(
    vector: readonly number[],
    { partition, floor }: MeaningAsked,
  ): Promise<readonly { readonly id: string; readonly score: number }[]> {
    const found = await this.#index.query(vector, {
      topK: CANDIDATES,
      namespace: this.#namespace,
      filter: { partition: partition.slice(0, PARTITION_CHARS) },
      returnMetadata: "none",
      returnValues: false,
    });
    return matched
      .parse(found)
      .matches.filter(({ score }) => score >= floor)
      .sort((a, b) => b.score - a.score);
  }

  async add(id: string, vector: readonly number[], partition: string): Promise<void> {
    const metadata = { partition: partition.slice(0, PARTITION_CHARS) };
    await this.#index.upsert([{ id, values: vector, namespace: this.#namespace, metadata }]);
  }

  async delete(ids: readonly string[]): Promise<void> {
    await this.#index.deleteByIds(ids);
  }

  get #index(): VectorIndex {
    const { VECTORS } = this.#bindings;
    if (VECTORS === undefined) throw new Error("there is no index");
    return VECTORS;
  }
}
