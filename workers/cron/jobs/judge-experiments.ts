import * as z from "zod";
import { judge, type Verdict } from "../../../schema/experiments/decide.ts";
import { type StoppedVariants, stoppedVariantsSchema } from "../../../schema/experiments/experiment.ts";
import { guardrailsSchema, METRICS, promotionSchema } from "../../../schema/experiments/goals.ts";
import { loadFigures } from "../../../schema/experiments/load-figures.ts";
import { variantsSchema } from "../../../schema/experiments/variants.ts";
import { type LogFields, log } from "../../../schema/kernel/log.ts";
import type { AuditWrite, AuditWriteAnswer } from "../../../schema/wire/audit-rpc.ts";
import type { Database } from "../env.ts";
import { problemOf } from "../problem-of.ts";
import { takePage } from "./take-page.ts";

const JOB = "judge-experiments";

/** Experiments in one run, one after the other. */
const PAGE = 50;

export interface JudgeSteps {
  write(write: AuditWrite): Promise<AuditWriteAnswer>;
  newEntryId(): string;
  now(): number;
}

/**
 * Looks at the figures of running experiments: a variant that does harm is stopped, and the winner promoted where that was
 * asked for. The tests hold however often they are asked, so that looking every minute is no more likely to be wrong. What
 * fails is looked at again in the next round.
 */
export async function judgeExperiments(db: Database, steps: JudgeSteps): Promise<LogFields> {
  const rows = await takePage<{ readonly id: string }>(db, { job: JOB, sql: WATCHED, params: [], page: PAGE });
  const tally = { decided: 0, failed: 0 };
  for (const row of rows) {
    try {
      tally.decided += await judgeOne(db, rowSchema.parse(row), steps);
    } catch (error) {
      tally.failed += 1;
      log("warn", "experiment_not_judged", { experiment_id: row.id, problem: problemOf(error) });
    }
  }
  return { experiments: rows.length, ...tally };
}

const WATCHED = `
  SELECT id, org_id, run, version, metric, variants, guardrails, promotion, stopped_variants FROM experiments
  WHERE status = 'running' AND automatic = 1 AND (guardrails <> '[]' OR promotion IS NOT NULL) AND id > ?1
  ORDER BY id LIMIT ?2`;

const json = z.string().transform((text) => JSON.parse(text));
const rowSchema = z.object({
  id: z.string(),
  org_id: z.string(),
  run: z.int(),
  version: z.int(),
  metric: z.enum(METRICS),
  variants: json.pipe(variantsSchema),
  guardrails: json.pipe(guardrailsSchema),
  promotion: json.pipe(promotionSchema.nullable()).nullable(),
  stopped_variants: json.pipe(stoppedVariantsSchema),
});
type Watched = z.infer<typeof rowSchema>;

/** How many verdicts were put on record. Somebody else may have changed the experiment meanwhile: then none. */
async function judgeOne(db: Database, row: Watched, steps: JudgeSteps): Promise<number> {
  const [control, ...others] = row.variants;
  const names: [string, ...string[]] = [control.name, ...others.map(({ name }) => name)];
  const figures = await loadFigures(db, { experiment_id: row.id, run: row.run, variants: names });
  const stopped = row.stopped_variants.map(({ variant }) => variant);
  const verdicts = judge({ ...row, stopped }, figures);
  if (verdicts.length === 0) return 0;
  const answer = await steps.write(writeOf(row, verdicts, steps.now(), steps.newEntryId()));
  if (answer.status === "unavailable" || answer.status === "broken" || answer.status === "invalid") {
    throw new Error(`the audit object did not take it: ${answer.status}`);
  }
  return answer.status === "written" ? verdicts.length : 0;
}

function writeOf(row: Watched, verdicts: readonly Verdict[], now: number, entry_id: string): AuditWrite {
  const promoted = verdicts.find(({ kind }) => kind === "promote");
  const stopped: StoppedVariants = [
    ...row.stopped_variants,
    ...verdicts.flatMap(({ kind, variant, reason }) => (kind === "stop" ? [{ variant, reason, at: now }] : [])),
  ];
  return {
    org_id: row.org_id,
    checks: [
      {
        name: "unchanged",
        sql: "SELECT 1 FROM experiments WHERE org_id = ? AND id = ? AND version = ? AND status = 'running'",
        params: [row.org_id, row.id, row.version],
      },
    ],
    statements: [
      {
        sql: "UPDATE experiments SET status = ?, promoted_variant = ?, stopped_variants = ?, decided_at = ?, version = version + 1 WHERE org_id = ? AND id = ?",
        params: [
          promoted === undefined ? "running" : "promoted",
          promoted?.variant ?? null,
          JSON.stringify(stopped),
          now,
          row.org_id,
          row.id,
        ],
      },
    ],
    entry: {
      id: entry_id,
      at: now,
      actor: { type: "system", id: JOB, name: JOB },
      action: promoted === undefined ? "experiment.variant_stopped" : "experiment.promoted",
      outcome: "done",
      target: { type: "experiment", id: row.id },
      request_id: null,
      ip: null,
      details: { run: row.run, verdicts: verdicts.map(({ variant, reason }) => ({ variant, reason })) },
    },
  };
}
