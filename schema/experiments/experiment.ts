import * as z from "zod";
import { type CompiledConditions, compileConditions } from "../routing/compile-conditions.ts";
import type { Conditions } from "../routing/conditions.ts";
import type { Variants } from "./variants.ts";

export const EXPERIMENT_STATUSES = ["draft", "running", "stopped", "promoted"] as const;
export type ExperimentStatus = (typeof EXPERIMENT_STATUSES)[number];

export const STICKY_BY = ["subject", "session", "key", "request"] as const;
export type StickyBy = (typeof STICKY_BY)[number];

/** A variant that was taken out while the experiment runs: the control serves its share. */
export const stoppedVariantsSchema = z.array(
  z.object({
    variant: z.string(),
    /** For people. */
    reason: z.string(),
    /** Milliseconds since the epoch. */
    at: z.int(),
  }),
);
export type StoppedVariants = z.infer<typeof stoppedVariantsSchema>;

/** An experiment that requests meet: one that runs, or whose winner was promoted. */
export interface Experiment {
  readonly id: string;
  readonly name: string;
  readonly status: "running" | "promoted";
  /** Grows with each start: figures of different runs are not laid together. */
  readonly run: number;
  readonly conditions: Conditions;
  readonly variants: Variants;
  readonly sticky_by: StickyBy;
  readonly stopped: StoppedVariants;
  readonly promoted_variant: string | null;
}

export interface CompiledExperiment extends Experiment {
  readonly applies: CompiledConditions;
}

/** In the order in which they are tried: the oldest first. */
export const compileExperiments = (experiments: readonly Experiment[]): readonly CompiledExperiment[] =>
  experiments
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map((experiment) => ({ ...experiment, applies: compileConditions(experiment.conditions) }));
