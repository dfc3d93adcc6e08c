import { WorkerEntrypoint } from "cloudflare:workers";
import { FAULTS, misbehave, type StandInsEnv, vectorsOf } from "../stand-ins.ts";
import { checkIds, checkQuery, checkVectors } from "./check.ts";
import type { Described, Match, Mutation } from "./vector-store.ts";

/**
 * Local stand-in for a Vectorize index: its methods, its limits and its answers, with an exact search. Kept in SQLite,
 * so vectors survive a restart. Metadata can be filtered by without an index of it, which production needs.
 */
export class Vectorize extends WorkerEntrypoint<StandInsEnv> {
  /** Ids that are there already stay as they are. */
  async insert(vectors: unknown): Promise<Mutation> {
    await misbehave("Vectorize", FAULTS.vectorize);
    return vectorsOf(this.env).write(checkVectors(vectors), "insert", FAULTS.vectorize.visible_after_ms);
  }

  async upsert(vectors: unknown): Promise<Mutation> {
    await misbehave("Vectorize", FAULTS.vectorize);
    return vectorsOf(this.env).write(checkVectors(vectors), "upsert", FAULTS.vectorize.visible_after_ms);
  }

  /** The nearest vectors by cosine, nearest first. */
  async query(
    vector: ArrayLike<number>,
    options: unknown = {},
  ): Promise<{ readonly matches: Match[]; readonly count: number }> {
    await misbehave("Vectorize", FAULTS.vectorize);
    const { namespace, ...query } = checkQuery(vector, options);
    const within = FAULTS.vectorize.ignore_namespace ? {} : { namespace };
    const matches = await vectorsOf(this.env).query({ ...query, ...within });
    return { matches, count: matches.length };
  }

  async getByIds(ids: unknown): Promise<Omit<Match, "score">[]> {
    await misbehave("Vectorize", FAULTS.vectorize);
    return vectorsOf(this.env).getByIds(checkIds(ids));
  }

  async deleteByIds(ids: unknown): Promise<Mutation> {
    await misbehave("Vectorize", FAULTS.vectorize);
    return vectorsOf(this.env).deleteByIds(checkIds(ids));
  }

  async describe(): Promise<Described> {
    await misbehave("Vectorize", FAULTS.vectorize);
    return vectorsOf(this.env).describe();
  }
}
