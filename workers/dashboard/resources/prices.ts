import { type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { isCatalogueName } from "../../../schema/pricing/catalogue.ts";
import { type HookContext, type Hooks, type Prepared, type Row, textOf, textOrNull } from "../api/hooks.ts";
import type { Precondition } from "../audit/commit.ts";
import { findProvider, noSuch, providerStays } from "./find.ts";

/** A price entered for later must be in sight: nobody plans ten years ahead, but a mistyped year looks like that. */
const FARTHEST_MS = 366 * 24 * 60 * 60 * 1000;

/** Prices: one for a model and a moment, never changed, and deleted only while it is not in force. */
export const priceHooks: Hooks = {
  create,
  remove: async (row, { scope }) => {
    if (typeof row.effective_from === "number" && row.effective_from > scope.started_at) return {};
    return refuse("conflict", {
      message:
        "This price is or was in force, and charges name it. Add another that takes over, or withdraw the model.",
    });
  },
};

async function create(values: Row, context: HookContext): Promise<Prepared | Refused> {
  const provider_id = textOf(values, "provider_id");
  if ((await findProvider(context, provider_id)) === null) return noSuch("provider", "provider_id");
  const { started_at } = context.scope;
  const withdrawn = values.withdrawn === true;
  const base_model = textOrNull(values, "base_model");
  if (base_model !== null && !isCatalogueName(base_model)) return noBaseModel(base_model, "base_model");
  if (!withdrawn && values.rates === undefined && base_model === null) {
    return refuse("invalid_request", {
      message:
        "`rates` is missing: a model without a price is not served. Give them, or the `base_model` that has them.",
      param: "rates",
    });
  }
  const effective_from = typeof values.effective_from === "number" ? values.effective_from : started_at;
  if (effective_from < started_at) {
    return refuse("invalid_request", {
      message: "`effective_from` lies behind: what was charged stays as it was charged.",
      param: "effective_from",
    });
  }
  if (effective_from > started_at + FARTHEST_MS) {
    return refuse("invalid_request", { message: "`effective_from` must be within a year.", param: "effective_from" });
  }
  return {
    values: { effective_from, rates: values.rates ?? {}, withdrawn },
    preconditions: [
      providerStays(context, provider_id, "provider_id"),
      momentIsFree(context, provider_id, textOf(values, "model"), effective_from),
    ],
  };
}

export const noBaseModel = (name: string, param: string): Refused =>
  refuse("invalid_request", {
    message: `No price list has a model "${name.slice(0, 100)}". A base model is named with its kind, such as openai/gpt-5.`,
    param,
  });

/** No other price of the model begins at this very moment. */
export function momentIsFree({ actor }: HookContext, provider_id: string, model: string, at: number): Precondition {
  return {
    statement: {
      sql: "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM model_prices WHERE org_id = ? AND provider_id = ? AND model = ? AND effective_from = ?)",
      params: [actor.org_id, provider_id, model, at],
    },
    refusal: refuse("conflict", { message: "There is a price of this model from this very moment on already." })
      .refused,
  };
}
