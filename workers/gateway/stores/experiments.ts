import * as z from "zod";
import {
  type CompiledExperiment,
  compileExperiments,
  type Experiment,
  STICKY_BY,
  stoppedVariantsSchema,
} from "../../../schema/experiments/experiment.ts";
import { variantsSchema } from "../../../schema/experiments/variants.ts";
import { log } from "../../../schema/kernel/log.ts";
import { conditionsSchema } from "../../../schema/routing/conditions.ts";

/** Those that requests meet: drafts and stopped ones touch nothing. */
export const EXPERIMENTS_SQL =
  "SELECT id, name, status, run, \"when\" AS conditions, variants, sticky_by, stopped_variants, promoted_variant FROM experiments WHERE org_id = ?1 AND status IN ('running', 'promoted')";

const identity = z.object({ id: z.string() });

const json = z.string().transform((text) => JSON.parse(text));

const rowSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    status: z.enum(["running", "promoted"]),
    run: z.int(),
    conditions: json.pipe(conditionsSchema),
    variants: json.pipe(variantsSchema),
    sticky_by: z.enum(STICKY_BY),
    stopped_variants: json.pipe(stoppedVariantsSchema),
    promoted_variant: z.string().nullable(),
  })
  .transform(({ stopped_variants: stopped, ...row }): Experiment => ({ ...row, stopped }));

/**
 * An org's experiments, compiled. One that cannot be read (a newer version wrote it) is left out and logged: it keeps
 * requests from nothing, so they are served as without it.
 */
export function experimentsOf(org_id: string, rows: unknown): readonly CompiledExperiment[] {
  return compileExperiments(
    z
      .array(z.unknown())
      .parse(rows)
      .flatMap((row) => experimentOf(org_id, row)),
  );
}

function experimentOf(org_id: string, row: unknown): readonly Experiment[] {
  const read = rowSchema.safeParse(row);
  if (read.success) return [read.data];
  const experiment_id = identity.safeParse(row).data?.id ?? null;
  log("error", "experiment_unusable", { org_id, experiment_id });
  return [];
}
