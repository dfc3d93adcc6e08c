import { type Variants, variantsSchema } from "../../../schema/experiments/variants.ts";
import { type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { canonicalJson } from "../../../schema/kernel/json.ts";
import type { SqlStatement } from "../../../schema/wire/audit-rpc.ts";
import { type HookContext, type Hooks, type Row, textOf } from "../api/hooks.ts";
import { findProvider } from "./find.ts";

/** Experiments: providers that variants name must be there, and what figures rest on does not change under them. */
export const experimentHooks: Hooks = {
  create: async (values, context) => (await missingProvider(values, context)) ?? {},
  update: async (changes, row, context) =>
    fixedProblem(changes, row) ?? (await missingProvider(changes, context)) ?? {},
  remove: async (row) => {
    const status = textOf(row, "status");
    if (status === "draft" || status === "stopped") return { before: figuresOf(textOf(row, "id")) };
    const what =
      status === "running" ? "It is running. Stop it first." : "Its winner serves requests. Revert it first.";
    return refuse("conflict", { message: what });
  },
};

/** What is known of it goes with it. Feedback stays with the requests. */
const figuresOf = (id: string): readonly SqlStatement[] =>
  ["experiment_figures", "experiment_latencies"].map((table) => ({
    sql: `DELETE FROM ${table} WHERE experiment_id = ?`,
    params: [id],
  }));

/** What figures rest on: while requests meet it, only percentages of its variants may change. */
const FIXED = ["when", "sticky_by", "metric"] as const;

function fixedProblem(changes: Row, row: Row): Refused | null {
  const status = textOf(row, "status");
  if (status !== "running" && status !== "promoted") return null;
  const param =
    FIXED.find((name) => name in changes && canonicalJson(changes[name]) !== canonicalJson(row[name])) ??
    ("variants" in changes && !onlySharesDiffer(changes.variants, row.variants) ? "variants" : null);
  if (param === null) return null;
  return refuse("conflict", {
    message: `The experiment is ${status}: \`${param}\` can be changed when it is stopped. Percentages, guardrails and promotion can be changed at any time.`,
    param,
  });
}

function onlySharesDiffer(after: unknown, before: unknown): boolean {
  const [one, other] = [variantsSchema.safeParse(after), variantsSchema.safeParse(before)];
  if (!one.success || !other.success) return false;
  const without = (variants: Variants) => variants.map((variant) => ({ ...variant, percent: 0 }));
  return canonicalJson(without(one.data)) === canonicalJson(without(other.data));
}

async function missingProvider(values: Row, context: HookContext): Promise<Refused | null> {
  const variants = variantsSchema.safeParse(values.variants);
  if (!variants.success) return null;
  for (const [at, { model }] of variants.data.entries()) {
    if (model === undefined) continue;
    const id = model.slice(0, model.indexOf("/"));
    if ((await findProvider(context, id)) !== null) continue;
    return refuse("invalid_request", {
      message: `There is no provider "${id.slice(0, 63)}". A model is named with its provider's id in front.`,
      param: `variants[${at}].model`,
    });
  }
  return null;
}

/** A variant of that name, as it is stored; null when there is none. */
export function variantOf(row: Row, name: string) {
  const variants = variantsSchema.safeParse(row.variants);
  return variants.success ? (variants.data.find((variant) => variant.name === name) ?? null) : null;
}
