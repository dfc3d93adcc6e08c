import * as z from "zod";
import { MODEL_CAPABILITIES } from "../pricing/price.ts";
import { ratesInput, showRates, showTiers, tiersInput } from "../pricing/rates-input.ts";
import { modelPrices } from "../tables/tables.ts";
import { ENCODINGS } from "../wire/tokenizer-rpc.ts";
import { choice, type Field, flag, integer, list, orNull, text, time } from "./field.ts";
import type { Resource } from "./resource.ts";

const rates: Field = {
  description:
    "US dollars per million tokens by usage component, or by the piece: `input_usd_per_million`, `call_usd`.",
  input: ratesInput,
  output: z.record(z.string(), z.string()),
  show: showRates,
  widget: { kind: "json" },
};

const tiers: Field = {
  description: "Other rates for the whole request once its prompt has more tokens than `above_input_tokens`.",
  input: tiersInput,
  output: z.array(z.record(z.string(), z.unknown())),
  show: showTiers,
  widget: { kind: "json" },
};

export const price = {
  name: "price",
  title: "Prices",
  path: "/v1/prices",
  tag: "Providers",
  description:
    "The price of one model of one provider from a moment on. Prices are never changed: a further one takes over at its `effective_from`, and what was charged names the price it was charged at. One that is not in force yet can be deleted. Those of a deleted provider are kept for what was charged, and listed with `retired=true`.",
  table: modelPrices,
  id: "price",
  permissions: { read: "prices:read", write: "prices:write" },
  operations: ["list", "get", "create", "delete"],
  fields: {
    provider_id: text("The provider's id.", 63),
    model: text("The model, as it is named behind the provider's id.", 200),
    upstream_id: orNull(text("What the provider's own API calls it. Without one, the same.", 200)),
    effective_from: time("From when on it holds; now unless given."),
    rates,
    tiers: orNull(tiers),
    context_tokens: orNull(integer("How many tokens fit its context.", 1, 100_000_000)),
    max_output_tokens: orNull(integer("The most tokens of one answer.", 1, 100_000_000)),
    capabilities: orNull(
      list(
        `What the model can do: ${MODEL_CAPABILITIES.join(", ")}. Without any, what is known of it, or what most chat models can.`,
        z.enum(MODEL_CAPABILITIES, `must be one of ${MODEL_CAPABILITIES.join(", ")}`),
        MODEL_CAPABILITIES.length,
      ),
    ),
    encoding: orNull(choice("Which tokens its prompts are counted in. Without one, what is known of it.", ENCODINGS)),
    base_model: orNull(
      text(
        "The model of the price lists that this one is, such as openai/gpt-5 for a deployment of it: what is left out here, rates too, is that model's.",
        200,
      ),
    ),
    withdrawn: flag("Switched on, the model is not offered any more from `effective_from` on."),
    retired_at: orNull(
      time(
        "When its provider was deleted. It is kept for what was charged, and is no price of a new provider with that id.",
      ),
    ),
  },
  create: {
    required: ["provider_id", "model"],
    optional: [
      "rates",
      "upstream_id",
      "effective_from",
      "tiers",
      "context_tokens",
      "max_output_tokens",
      "capabilities",
      "encoding",
      "base_model",
      "withdrawn",
    ],
  },
  update: [],
  retired: { column: "retired_at", param: "retired" },
  filter: ["provider_id", "model", "withdrawn"],
  sort: ["effective_from", "model", "created_at"],
  columns: ["provider_id", "model", "effective_from", "rates", "withdrawn"],
  example: {
    provider_id: "local",
    model: "llama-3",
    rates: { input_usd_per_million: "0.10", output_usd_per_million: "0.40" },
  },
} as const satisfies Resource;
