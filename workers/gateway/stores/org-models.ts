import * as z from "zod";
import { USAGE_COMPONENTS } from "../../../schema/canonical/usage.ts";
import { catalogueOf, isCatalogueProvider } from "../../../schema/pricing/catalogue.ts";
import type { ModelInfo, Price } from "../../../schema/pricing/price.ts";

/** A row of model_prices as D1 answers it. */
export const priceRowSchema = z.object({
  id: z.string(),
  provider_id: z.string(),
  model: z.string(),
  upstream_id: z.string().nullable(),
  effective_from: z.int(),
  rates: z.string(),
  tiers: z.string().nullable(),
  context_tokens: z.int().nullable(),
  max_output_tokens: z.int().nullable(),
  /** 1: from `effective_from` on the model is not offered any more. */
  withdrawn: z.int(),
});
export type PriceRow = z.infer<typeof priceRowSchema>;

const rates = z.partialRecord(z.enum(USAGE_COMPONENTS), z.int().min(0));
const tiersSchema = z.array(z.object({ above_input_tokens: z.int().min(1), rates }));

/**
 * The models of one provider, by name: the catalogue's of its kind, with the org's own prices and models laid over them,
 * without those whose newest row in force at `now` withdraws them. `rows` are this provider's.
 */
export function modelsOf(kind: string, rows: readonly PriceRow[], now: number): ReadonlyMap<string, ModelInfo> {
  const models = new Map<string, ModelInfo>();
  for (const model of isCatalogueProvider(kind) ? catalogueOf(kind).models : []) {
    models.set(model.upstream_id, model);
    // An alias is sent as it was asked for: a dated snapshot must not become the moving name, nor the reverse.
    for (const alias of model.aliases) models.set(alias, { ...model, upstream_id: alias });
  }
  for (const row of rows) {
    if (row.withdrawn !== 0) continue;
    const known = models.get(row.model);
    models.set(row.model, {
      upstream_id: row.upstream_id ?? known?.upstream_id ?? row.model,
      aliases: known?.aliases ?? [],
      context_tokens: row.context_tokens ?? known?.context_tokens ?? 128_000,
      max_output_tokens: row.max_output_tokens ?? known?.max_output_tokens ?? 16_384,
      encoding: known?.encoding ?? null,
      capabilities: known?.capabilities ?? ["chat", "tools", "vision", "json_schema"],
      prices: [priceFromRow(row), ...(known?.prices ?? [])].sort((a, b) => b.effective_from - a.effective_from),
    });
  }
  for (const name of withdrawnModels(rows, now)) models.delete(name);
  return models;
}

function withdrawnModels(rows: readonly PriceRow[], now: number): readonly string[] {
  const in_force = new Map<string, PriceRow>();
  for (const row of rows) {
    const newest = in_force.get(row.model);
    if (row.effective_from > now || (newest !== undefined && newest.effective_from >= row.effective_from)) continue;
    in_force.set(row.model, row);
  }
  return [...in_force].filter(([, row]) => row.withdrawn !== 0).map(([name]) => name);
}

function priceFromRow(row: PriceRow): Price {
  return {
    price_id: row.id,
    effective_from: row.effective_from,
    rates: rates.parse(JSON.parse(row.rates)),
    tiers: row.tiers === null ? [] : (tiersSchema.nullable().parse(JSON.parse(row.tiers)) ?? []),
  };
}
