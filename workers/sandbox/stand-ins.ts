import * as z from "zod";
import { objectNamed } from "../../schema/clients/object-named.ts";
import type { VectorStore } from "./vectorize/vector-store.ts";

/** How a test tells the stand-ins of Vectorize and Workers AI to misbehave. In the memory of the isolate, like all of it. */

export interface StandInsEnv {
  readonly VECTORS: DurableObjectNamespace<VectorStore>;
}

const ms = z.int().min(0).max(600_000);

export const vectorizeFaultsSchema = z.strictObject({
  /** Every call rejects. */
  fail: z.boolean().default(false),
  /** Waits before it does anything. */
  hang_ms: ms.default(0),
  /** What is written is found only so much later, as it is in production. */
  visible_after_ms: ms.default(0),
  /** Answers with the vectors of all namespaces, which a caller must survive. */
  ignore_namespace: z.boolean().default(false),
});

export const aiFaultsSchema = z.strictObject({ fail: z.boolean().default(false), hang_ms: ms.default(0) });

export const FAULTS = {
  vectorize: vectorizeFaultsSchema.parse({}),
  ai: aiFaultsSchema.parse({}),
};

/** Does what the faults say before a call; rejects where they say so. */
export async function misbehave(name: string, faults: { readonly fail: boolean; readonly hang_ms: number }) {
  if (faults.hang_ms > 0) await new Promise((resolve) => setTimeout(resolve, faults.hang_ms));
  if (faults.fail) throw new Error(`${name} was told to fail (local stand-in)`);
}

/** The one object that stands for all indexes of this machine. */
export const vectorsOf = (env: StandInsEnv) => objectNamed(env.VECTORS, "local");
