import * as z from "zod";
import { USAGE_COMPONENTS } from "../../../schema/canonical/usage.ts";
import { openCredential } from "../../../schema/credential/seal.ts";
import { log } from "../../../schema/kernel/log.ts";
import { catalogueOf, isCatalogueProvider } from "../../../schema/pricing/catalogue.ts";
import type { ModelInfo, Price } from "../../../schema/pricing/price.ts";
import type { ProviderAccount } from "../providers/kit/provider.ts";
import { providerDefaults } from "../providers/registry.ts";

/** Milliseconds that one upstream call may take, by stage. */
export interface Timeouts {
  /** Until the answer's headers. The runtime does not tell connecting from waiting, so this bounds both. */
  readonly first_byte_ms: number;
  /** Between two chunks of the answer's body. */
  readonly idle_ms: number;
  readonly total_ms: number;
}

const DEFAULT_TIMEOUTS: Timeouts = { first_byte_ms: 120_000, idle_ms: 60_000, total_ms: 600_000 };

export interface ProviderEntry {
  readonly account: ProviderAccount;
  readonly timeouts: Timeouts;
  readonly models: ReadonlyMap<string, ModelInfo>;
}

/** All of an org's configuration that the request path needs, compiled once per refresh. */
export interface OrgSnapshot {
  readonly org_id: string;
  /** Enabled providers by id. */
  readonly providers: ReadonlyMap<string, ProviderEntry>;
  /** Bare model name to the ids of the providers that have it. */
  readonly by_model: ReadonlyMap<string, readonly string[]>;
}

const providerRow = z.object({
  id: z.string(),
  kind: z.string(),
  base_url: z.string().nullable(),
  credential: z.string().nullable(),
  region: z.string().nullable(),
  timeouts: z.string().nullable(),
  settings: z.string().nullable(),
});

const timeoutsSchema = z.object({
  first_byte_ms: z.int().min(1).optional(),
  idle_ms: z.int().min(1).optional(),
  total_ms: z.int().min(1).optional(),
});

const rates = z.partialRecord(z.enum(USAGE_COMPONENTS), z.int().min(0));

const priceRow = z.object({
  id: z.string(),
  provider_id: z.string(),
  model: z.string(),
  upstream_id: z.string().nullable(),
  effective_from: z.int(),
  rates: z.string(),
  tiers: z.string().nullable(),
  context_tokens: z.int().nullable(),
  max_output_tokens: z.int().nullable(),
});
type PriceRow = z.infer<typeof priceRow>;

const tiersSchema = z.array(z.object({ above_input_tokens: z.int().min(1), rates }));

/**
 * Loads and compiles an org's snapshot from D1 in one round trip. Throws when D1 does not answer. A provider whose row
 * cannot be used (credential does not open, unknown kind) is left out and logged: one broken row must not stop the rest.
 */
export async function loadOrgSnapshot(db: D1Database, masterKey: Uint8Array, org_id: string): Promise<OrgSnapshot> {
  const [providerRows, priceRows] = await db.batch([
    db
      .prepare(
        "SELECT id, kind, base_url, credential, region, timeouts, settings FROM providers WHERE org_id = ?1 AND enabled = 1 ORDER BY id",
      )
      .bind(org_id),
    db
      .prepare(
        "SELECT id, provider_id, model, upstream_id, effective_from, rates, tiers, context_tokens, max_output_tokens FROM model_prices WHERE org_id = ?1",
      )
      .bind(org_id),
  ]);
  const prices = z.array(priceRow).parse(priceRows?.results ?? []);
  const providers = new Map<string, ProviderEntry>();
  for (const row of z.array(providerRow).parse(providerRows?.results ?? [])) {
    const entry = await compileProvider(masterKey, org_id, row, prices);
    if (entry !== null) providers.set(row.id, entry);
  }
  return { org_id, providers, by_model: indexByModel(providers) };
}

async function compileProvider(
  masterKey: Uint8Array,
  org_id: string,
  row: z.infer<typeof providerRow>,
  prices: readonly PriceRow[],
): Promise<ProviderEntry | null> {
  const defaults = providerDefaults(row.kind);
  const unusable = (reason: string): null => {
    log("error", "provider_unusable", { org_id, provider_id: row.id, reason });
    return null;
  };
  if (defaults === null) return unusable("unknown kind");
  const credential =
    row.credential === null
      ? ({ status: "opened", credential: {} } as const)
      : await openCredential(masterKey, { org_id, provider_id: row.id }, row.credential);
  if (credential.status !== "opened") return unusable(`credential ${credential.status}`);
  const account: ProviderAccount = {
    id: row.id,
    kind: row.kind,
    base_url: (row.base_url ?? defaults.default_base_url).replace(/\/+$/, ""),
    credential: credential.credential,
    region: row.region,
    settings: row.settings === null ? {} : z.record(z.string(), z.unknown()).parse(JSON.parse(row.settings)),
  };
  return { account, timeouts: timeoutsOf(row.timeouts), models: modelsOf(row.id, row.kind, prices) };
}

function timeoutsOf(json: string | null): Timeouts {
  const set = json === null ? {} : (timeoutsSchema.nullable().parse(JSON.parse(json)) ?? {});
  return {
    first_byte_ms: set.first_byte_ms ?? DEFAULT_TIMEOUTS.first_byte_ms,
    idle_ms: set.idle_ms ?? DEFAULT_TIMEOUTS.idle_ms,
    total_ms: set.total_ms ?? DEFAULT_TIMEOUTS.total_ms,
  };
}

/** The catalogue's models of that kind, with the org's own prices and models laid over them. */
function modelsOf(provider_id: string, kind: string, rows: readonly PriceRow[]): ReadonlyMap<string, ModelInfo> {
  const models = new Map<string, ModelInfo>();
  for (const model of isCatalogueProvider(kind) ? catalogueOf(kind).models : []) {
    models.set(model.upstream_id, model);
    // An alias is sent as it was asked for: a dated snapshot must not become the moving name, nor the reverse.
    for (const alias of model.aliases) models.set(alias, { ...model, upstream_id: alias });
  }
  for (const row of rows) {
    if (row.provider_id !== provider_id) continue;
    const known = models.get(row.model);
    const price = priceFromRow(row);
    models.set(row.model, {
      upstream_id: row.upstream_id ?? known?.upstream_id ?? row.model,
      aliases: known?.aliases ?? [],
      context_tokens: row.context_tokens ?? known?.context_tokens ?? 128_000,
      max_output_tokens: row.max_output_tokens ?? known?.max_output_tokens ?? 16_384,
      encoding: known?.encoding ?? null,
      capabilities: known?.capabilities ?? ["chat", "tools", "vision", "json_schema"],
      prices: [price, ...(known?.prices ?? [])].sort((a, b) => b.effective_from - a.effective_from),
    });
  }
  return models;
}

function priceFromRow(row: PriceRow): Price {
  return {
    price_id: row.id,
    effective_from: row.effective_from,
    rates: rates.parse(JSON.parse(row.rates)),
    tiers: row.tiers === null ? [] : (tiersSchema.nullable().parse(JSON.parse(row.tiers)) ?? []),
  };
}

function indexByModel(providers: ReadonlyMap<string, ProviderEntry>): ReadonlyMap<string, readonly string[]> {
  const index = new Map<string, string[]>();
  for (const [id, entry] of providers) {
    for (const name of entry.models.keys()) {
      const known = index.get(name);
      if (known === undefined) index.set(name, [id]);
      else known.push(id);
    }
  }
  return index;
}
