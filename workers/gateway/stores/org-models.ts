import * as z from "zod";
import { catalogueModelNamed, catalogueOf, hasCataloguePrices } from "../../../schema/pricing/catalogue.ts";
import { MODEL_CAPABILITIES, type ModelCapability, type ModelInfo, type Price } from "../../../schema/pricing/price.ts";
import { priceFromRow } from "../../../schema/pricing/price-from-row.ts";
import { priceAt } from "../../../schema/pricing/select-price.ts";
import { ENCODINGS } from "../../../schema/wire/tokenizer-rpc.ts";
import type { ProviderAccount } from "../providers/kit/provider.ts";

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
  capabilities: z.string().nullable(),
  encoding: z.enum(ENCODINGS).nullable(),
  /** `openai/gpt-5`: what this row leaves open is that model's. */
  base_model: z.string().nullable(),
  /** 1: from `effective_from` on the model is not offered any more. */
  withdrawn: z.int(),
});
export type PriceRow = z.infer<typeof priceRowSchema>;

/**
 * The models of one provider, by name: the catalogue's of its kind, with the org's own prices and models laid over them,
 * without those whose newest row in force at `now` withdraws them. `rows` are this provider's.
 */
export function modelsOf(
  { kind, settings }: Pick<ProviderAccount, "kind" | "settings">,
  rows: readonly PriceRow[],
  now: number,
): ReadonlyMap<string, ModelInfo> {
  const models = new Map<string, ModelInfo>();
  for (const model of hasCataloguePrices(kind, settings) ? catalogueOf(kind).models : []) {
    models.set(model.upstream_id, model);
    // An alias is sent as it was asked for: a dated snapshot must not become the moving name, nor the reverse.
    for (const alias of model.aliases) models.set(alias, { ...model, upstream_id: alias });
  }
  // In the order of time: what a later row says of the model itself goes before what an earlier one said.
  const ordered = rows.toSorted((a, b) => a.effective_from - b.effective_from);
  for (const [position, row] of ordered.entries()) {
    if (row.withdrawn !== 0) continue;
    const next = ordered.find(({ model }, later) => later > position && model === row.model);
    const before = models.get(row.model);
    const after = withRow(before, row, next?.effective_from ?? Number.POSITIVE_INFINITY);
    // What begins later says nothing yet but its price.
    const later = before !== undefined && row.effective_from > now;
    models.set(row.model, later ? { ...before, prices: after.prices } : after);
  }
  for (const name of withdrawnModels(rows, now)) models.delete(name);
  return models;
}

const USUAL_CAPABILITIES: readonly ModelCapability[] = ["chat", "tools", "vision", "json_schema"];

/** A model with a row of the org laid over it; `until` is when the next row of the model takes over. */
function withRow(before: ModelInfo | undefined, row: PriceRow, until: number): ModelInfo {
  const base = row.base_model === null ? null : catalogueModelNamed(row.base_model);
  // A base that is named replaces the limits of before: they were another model's.
  const known = base ?? before;
  const capabilities = capabilitiesOf(row) ?? known?.capabilities ?? USUAL_CAPABILITIES;
  const writes = capabilities.includes("chat");
  const image_tokens_max = known?.image_tokens_max;
  return {
    upstream_id: row.upstream_id ?? before?.upstream_id ?? row.model,
    aliases: before?.aliases ?? [],
    context_tokens: row.context_tokens ?? known?.context_tokens ?? 128_000,
    max_output_tokens: row.max_output_tokens ?? known?.max_output_tokens ?? (writes ? 16_384 : 0),
    ...(image_tokens_max === undefined ? {} : { image_tokens_max }),
    encoding: row.encoding ?? known?.encoding ?? null,
    capabilities,
    prices: [...pricesFromRow(row, base, until), ...(before?.prices ?? [])].sort(
      (a, b) => b.effective_from - a.effective_from,
    ),
  };
}

const capabilitiesOf = ({ capabilities }: PriceRow): readonly ModelCapability[] | null =>
  capabilities === null ? null : z.array(z.enum(MODEL_CAPABILITIES)).nullable().parse(JSON.parse(capabilities));

/** The row's own price. One without rates has those of its base, from its own moment on and until another row takes over. */
function pricesFromRow(row: PriceRow, base: ModelInfo | null, until: number): readonly Price[] {
  const own = priceFromRow(row);
  if (Object.keys(own.rates).length > 0) return [own];
  // No price at all is not served, rather than served for nothing.
  if (base === null) return [];
  const in_force = priceAt(base.prices, row.effective_from);
  return [
    ...(in_force === null ? [] : [{ ...in_force, effective_from: row.effective_from }]),
    ...base.prices.filter(({ effective_from }) => effective_from > row.effective_from && effective_from < until),
  ];
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
