import type { Job } from "../client/job.ts";
import type { Workerd } from "../rig/workerd.ts";

/** Something that is sent requests. */
export interface Target {
  readonly name: string;
  /** Whose CPU time counts; null for the upstream itself. */
  readonly workerd: Workerd | null;
  readonly job: Omit<Job, "concurrency" | "duration_ms">;
}

/** Targets that are compared with each other, the bare Worker among them. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly targets: readonly Target[];
  /** The name of the target that the others are a ratio of. */
  readonly base: string;
  readonly concurrencies: readonly number[];
}
