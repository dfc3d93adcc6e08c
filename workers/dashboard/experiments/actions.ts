import { variantsSchema } from "../../../schema/experiments/variants.ts";
import { type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { type Row, textOf } from "../api/hooks.ts";

/** What becomes of an experiment: column values by name, and what the audit log tells beside them. */
export interface Change {
  readonly values: Row;
  /** Past participle: names the audit action, `experiment.started`. */
  readonly verb: string;
  readonly details?: Readonly<Record<string, string>>;
}

/** Null: it is so already. */
export type Decided = Change | Refused | null;

/** Begins a run, with figures of its own. */
export function start(row: Row, now: number): Decided {
  const status = textOf(row, "status");
  if (status === "running") return null;
  if (status === "promoted") return conflict("Its winner serves all requests. Revert it, and it runs again.");
  const run = typeof row.run === "number" ? row.run + 1 : 1;
  const values = { status: "running", run, started_at: now, decided_at: null, promoted_variant: null };
  return { verb: "started", values: { ...values, stopped_variants: [] } };
}

/** No request meets it any more: each goes where it would go without it. */
export function stop(row: Row, now: number): Decided {
  const status = textOf(row, "status");
  if (status === "stopped") return null;
  if (status === "draft") return conflict("It was never started.");
  return { verb: "stopped", values: { status: "stopped", promoted_variant: null, decided_at: now } };
}

/** Every request that takes part gets this variant. */
export function promote(row: Row, now: number, variant: string): Decided {
  const status = textOf(row, "status");
  const variants = variantsSchema.safeParse(row.variants);
  const names = variants.success ? variants.data.map(({ name }) => name) : [];
  if (!names.includes(variant)) {
    return refuse("invalid_request", { message: `Its variants are ${names.join(", ")}.`, param: "variant" });
  }
  if (status === "promoted" && row.promoted_variant === variant) return null;
  if (status === "draft") return conflict("It was never started: nothing is known of its variants.");
  return {
    verb: "promoted",
    values: { status: "promoted", promoted_variant: variant, decided_at: now },
    details: { variant },
  };
}

/**
 * Takes the last decision back: a promoted experiment runs on, and variants that were stopped serve their share again. It
 * does not decide by itself any more, or it would at once decide the same.
 */
export function revert(row: Row, now: number): Decided {
  const status = textOf(row, "status");
  const stopped = Array.isArray(row.stopped_variants) ? row.stopped_variants.length : 0;
  if (status !== "promoted" && !(status === "running" && stopped > 0)) {
    return conflict("There is nothing to revert: no variant was promoted or stopped.");
  }
  const values = { promoted_variant: null, decided_at: now, automatic: false };
  // A promotion is the later decision: what guardrails stopped before it stays stopped.
  return status === "promoted"
    ? { verb: "reverted", values: { ...values, status: "running" } }
    : { verb: "reverted", values: { ...values, stopped_variants: [] } };
}

const conflict = (message: string): Refused => refuse("conflict", { message });
