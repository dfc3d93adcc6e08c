/** What turns texts into vectors: Workers AI, a configured embedding model, or the sandbox's table. */
export interface Embedder {
  /** Vectors of one id are comparable, those of two are not: it belongs to the name of an index. */
  readonly id: string;
  readonly dimensions: number;
  /** One vector of `dimensions` numbers for each text, in the order of the texts. Rejects where it cannot. */
  embed(texts: readonly string[]): Promise<Float32Array[]>;
}
