import { WorkerEntrypoint } from "cloudflare:workers";

/**
 * An embedder and an index for tests of the cache's object: small, exact, and failing where a text says so. What is near
 * here is what has the same words, in whatever order; how near real embedders put two questions is not the matter.
 */

const DIMENSIONS = 64;

export class Ai extends WorkerEntrypoint {
  async run(_model: string, { text }: { readonly text: readonly string[] }): Promise<unknown> {
    if (text.some((one) => one.includes("[ai down]"))) throw new Error("down");
    if (text.some((one) => one.includes("[ai hangs]"))) await new Promise(() => undefined);
    return { shape: [text.length, DIMENSIONS], data: text.map(vectorOf), pooling: "cls" };
  }
}

function vectorOf(text: string): number[] {
  const vector = new Array<number>(DIMENSIONS).fill(0);
  for (const [word] of text.toLowerCase().matchAll(/[a-z0-9]+/g)) {
    let hash = 7;
    for (const char of word) hash = (hash * 31 + char.charCodeAt(0)) % 65_521;
    vector[hash % DIMENSIONS] = (vector[hash % DIMENSIONS] ?? 0) + 1;
  }
  return vector;
}

interface Stored {
  readonly id: string;
  readonly values: readonly number[];
  readonly namespace: string;
  readonly metadata: { readonly partition: string };
}

const vectors = new Map<string, Stored>();
let down = false;

export class Vectors extends WorkerEntrypoint {
  async query(
    vector: readonly number[],
    options: { readonly topK: number; readonly namespace: string; readonly filter: { readonly partition: string } },
  ): Promise<unknown> {
    if (down) throw new Error("down");
    const matches = [...vectors.values()]
      .filter(
        ({ namespace, metadata }) => namespace === options.namespace && metadata.partition === options.filter.partition,
      )
      .map(({ id, values }) => ({ id, score: cosine(vector, values) }))
      .sort((a, b) => b.score - a.score)
      .slice(0, options.topK);
    return { count: matches.length, matches };
  }

  async upsert(some: readonly Stored[]): Promise<unknown> {
    if (down) throw new Error("down");
    for (const one of some) vectors.set(one.id, one);
    return { mutationId: "1" };
  }

  async deleteByIds(ids: readonly string[]): Promise<unknown> {
    if (down) throw new Error("down");
    for (const id of ids) vectors.delete(id);
    return { mutationId: "1" };
  }

  /** For tests: whether it answers, and which vectors it has. */
  async setDown(is_down: boolean): Promise<void> {
    down = is_down;
  }

  async ids(): Promise<readonly string[]> {
    return [...vectors.keys()];
  }

  /** For tests: a vector that says of itself to be somewhere else. */
  async move(id: string, place: { readonly namespace?: string; readonly partition?: string }): Promise<void> {
    const stored = vectors.get(id);
    if (stored === undefined) throw new Error(`no vector ${id}`);
    vectors.set(id, {
      ...stored,
      namespace: place.namespace ?? stored.namespace,
      metadata: { partition: place.partition ?? stored.metadata.partition },
    });
  }
}

function cosine(a: readonly number[], b: readonly number[]): number {
  let dot = 0;
  let of_a = 0;
  let of_b = 0;
  for (const [at, value] of a.entries()) {
    dot += value * (b[at] ?? 0);
    of_a += value * value;
    of_b += (b[at] ?? 0) ** 2;
  }
  return of_a === 0 || of_b === 0 ? 0 : dot / Math.sqrt(of_a * of_b);
}

export default { fetch: () => new Response(null, { status: 404 }) };
