import { isRefused, type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { actionSchema, modelsIn } from "../../../schema/routing/action.ts";
import type { HookContext, Hooks, Prepared, Row } from "../api/hooks.ts";
import { findProvider } from "./find.ts";

/** Routing rules: the providers that one names must be there, and it must begin before it ends. */
export const routingRuleHooks: Hooks = {
  create: async (values, context) => (await problemOf(values, {}, context)) ?? {},
  update: async (changes, row, context) => (await problemOf(changes, row, context)) ?? ({} satisfies Prepared),
};

async function problemOf(changes: Row, row: Row, context: HookContext): Promise<Refused | null> {
  const { starts_at, ends_at } = { ...row, ...changes };
  if (typeof starts_at === "number" && typeof ends_at === "number" && starts_at >= ends_at) {
    return refuse("invalid_request", { message: "`ends_at` must lie behind `starts_at`.", param: "ends_at" });
  }
  const action = actionSchema.safeParse(changes.then);
  if (!action.success) return null;
  for (const { model, param } of modelsIn(action.data)) {
    const missing = await noProvider(model, `then.${param}`, context);
    if (isRefused(missing)) return missing;
  }
  return null;
}

async function noProvider(
  model: string,
  param: string,
  context: HookContext,
): Promise<Refused | { readonly found: true }> {
  const id = model.slice(0, model.indexOf("/"));
  if ((await findProvider(context, id)) !== null) return { found: true };
  return refuse("invalid_request", {
    message: `There is no provider "${id.slice(0, 63)}". A model is named with its provider's id in front.`,
    param,
  });
}
