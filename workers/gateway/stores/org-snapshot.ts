import * as z from "zod";
import type { CacheSetting } from "../../../schema/caching/cache-setting.ts";
import type { DataKey } from "../../../schema/credential/data-key.ts";
import { masterKeyWrapping } from "../../../schema/credential/master-key-wrapping.ts";
import type { MasterKeys } from "../../../schema/credential/master-keys.ts";
import { MAIN_CREDENTIAL, namedCredentials } from "../../../schema/credential/named-credential.ts";
import { openDataKeys } from "../../../schema/credential/open-data-keys.ts";
import { dataKeyIdOf, type OpeningKeys, openCredential } from "../../../schema/credential/seal.ts";
import type { CompiledExperiment } from "../../../schema/experiments/experiment.ts";
import { type SharedHealth, sharedHealthSchema, sharedState } from "../../../schema/health/shared-health.ts";
import { HEALTH_STATES } from "../../../schema/health/target-health.ts";
import { tryParseJson } from "../../../schema/kernel/json.ts";
import { log } from "../../../schema/kernel/log.ts";
import type { ModelInfo } from "../../../schema/pricing/price.ts";
import type { CompiledRule } from "../../../schema/routing/decide.ts";
import type { ProviderAccount } from "../providers/kit/provider.ts";
import { providerDefaults } from "../providers/registry.ts";
import { CACHE_SETTINGS_SQL, cacheSettingsOf } from "./cache-settings.ts";
import { EXPERIMENTS_SQL, experimentsOf } from "./experiments.ts";
import { modelsOf, type PriceRow, priceRowSchema } from "./org-models.ts";
import { RULES_SQL, rulesOf } from "./routing-rules.ts";

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
  /** With its main credential. */
  readonly account: ProviderAccount;
  /** The same with each of its other credentials. */
  readonly others?: readonly ProviderAccount[];
  readonly timeouts: Timeouts;
  readonly models: ReadonlyMap<string, ModelInfo>;
  /** As its monitor last published it. */
  readonly health: SharedHealth;
}

/** Why a provider's row cannot be used. */
export type Unusable =
  | "outside_regions"
  | "unknown_kind"
  | "no_base_url"
  | "credential_malformed"
  | "credential_refused";

/** All of an org's configuration that the request path needs, compiled once per refresh. */
export interface OrgSnapshot {
  readonly org_id: string;
  /** Enabled providers by id. */
  readonly providers: ReadonlyMap<string, ProviderEntry>;
  /** Enabled providers that were left out, by id. */
  readonly unusable: ReadonlyMap<string, Unusable>;
  /** Countries that callers may be in; null is all. */
  readonly countries: readonly string[] | null;
  /** How failures are tried again, where the org says so. */
  readonly retries?: { readonly retries: number | null; readonly deadline_ms: number | null };
  /** Where it stores texts of prompts and answers, how; null where it does not. */
  readonly texts?: TextsSetting | null;
  /** In the order in which they are tried. */
  readonly rules: readonly CompiledRule[];
  /** Running and promoted ones, in the order in which they are tried. */
  readonly experiments: readonly CompiledExperiment[];
  /** How its teams and keys use the response cache. */
  readonly caching?: readonly CacheSetting[];
  /** Bare model name to the ids of the providers that have it. */
  readonly by_model: ReadonlyMap<string, readonly string[]>;
}

/** How an org stores the texts of its requests. */
export interface TextsSetting {
  readonly retention_days: number;
  /** What they are sealed with: the newest of the org's; null where it does not open. */
  readonly data_key: DataKey | null;
}

export interface SnapshotQuery {
  readonly org_id: string;
  readonly now: number;
  /** A provider that is wanted also when it is disabled. */
  readonly also?: string;
  /** All providers that are disabled, too. */
  readonly disabled?: boolean;
  /** The one provider that is wanted, in place of all. */
  readonly only?: string;
}

const providerRow = z.object({
  id: z.string(),
  kind: z.string(),
  base_url: z.string().nullable(),
  credential: z.string().nullable(),
  credentials: z.string().nullish(),
  region: z.string().nullable(),
  timeouts: z.string().nullable(),
  settings: z.string().nullable(),
  health: z.enum(HEALTH_STATES).nullish().catch(null),
  health_detail: z.string().nullish(),
});
type ProviderRow = z.infer<typeof providerRow>;

const timeoutsSchema = z.object({
  first_byte_ms: z.int().min(1).optional(),
  idle_ms: z.int().min(1).optional(),
  total_ms: z.int().min(1).optional(),
});

/** A list that cannot be read is no list: the row is the org's own, and what it locks stays locked. */
const jsonList = z
  .string()
  .transform((json) => z.array(z.string()).nullable().parse(JSON.parse(json)))
  .nullable();
const orgRow = z.object({
  provider_regions: jsonList,
  caller_countries: jsonList,
  retries: z.int().nullable(),
  retry_deadline_ms: z.int().nullable(),
  store_texts: z.int(),
  text_retention_days: z.int().min(1),
});

const dataKeyRow = z.object({ id: z.string(), org_id: z.string(), wrapped: z.string() });

/**
 * Loads and compiles an org's snapshot from D1 in one round trip. Throws when D1 does not answer. A provider whose row
 * cannot be used (credential does not open, unknown kind) is left out and logged: one broken row must not stop the rest.
 */
export async function loadOrgSnapshot(db: D1Database, master: MasterKeys, query: SnapshotQuery): Promise<OrgSnapshot> {
  const { org_id, now } = query;
  const rows = await loadRows(db, query);
  const keys: OpeningKeys = { master, data_keys: await neededDataKeys(master, rows) };
  const providers = new Map<string, ProviderEntry>();
  const unusable = new Map<string, Unusable>();
  for (const row of rows.providers) {
    const prices = rows.prices.filter(({ provider_id }) => provider_id === row.id);
    const outside = rows.org.provider_regions?.includes(row.region ?? "") === false;
    const entry = outside ? "outside_regions" : await compileProvider(keys, org_id, row, prices, now);
    if (typeof entry !== "string") {
      providers.set(row.id, entry);
      continue;
    }
    unusable.set(row.id, entry);
    // The org has decided so: nothing is wrong with it.
    if (entry === "outside_regions") continue;
    log("error", "provider_unusable", { org_id, provider_id: row.id, reason: entry });
  }
  const countries = rows.org.caller_countries;
  return {
    org_id,
    providers,
    unusable,
    countries,
    retries: { retries: rows.org.retries, deadline_ms: rows.org.retry_deadline_ms },
    texts: textsOf(rows, keys),
    rules: rulesOf(org_id, rows.rules),
    experiments: experimentsOf(org_id, rows.experiments),
    caching: cacheSettingsOf(org_id, rows.caching),
    by_model: indexByModel(providers),
  };
}

interface Rows {
  readonly providers: readonly ProviderRow[];
  readonly prices: readonly PriceRow[];
  readonly data_keys: readonly z.infer<typeof dataKeyRow>[];
  readonly rules: unknown;
  readonly experiments: unknown;
  readonly caching: unknown;
  readonly org: z.infer<typeof orgRow>;
}

async function loadRows(db: D1Database, { org_id, also, only, disabled = false }: SnapshotQuery): Promise<Rows> {
  const [providerRows, priceRows, keyRows, ruleRows, experimentRows, cacheRows, orgRows] = await db.batch([
    db
      .prepare(
        "SELECT providers.id, kind, base_url, credential, credentials, region, timeouts, settings, h.state AS health, h.detail AS health_detail FROM providers LEFT JOIN provider_health h ON h.org_id = providers.org_id AND h.provider_id = id WHERE providers.org_id = ?1 AND (enabled = 1 OR id = ?2 OR ?4) AND (?3 IS NULL OR id = ?3) ORDER BY id",
      )
      .bind(org_id, also ?? null, only ?? null, Number(disabled)),
    db
      .prepare(
        "SELECT id, provider_id, model, upstream_id, effective_from, rates, tiers, context_tokens, max_output_tokens, capabilities, encoding, base_model, withdrawn FROM model_prices WHERE org_id = ?1 AND retired_at IS NULL AND (?2 IS NULL OR provider_id = ?2)",
      )
      .bind(org_id, only ?? null),
    db.prepare("SELECT id, org_id, wrapped FROM data_keys WHERE org_id = ?1 ORDER BY created_at DESC").bind(org_id),
    db.prepare(RULES_SQL).bind(org_id),
    db.prepare(EXPERIMENTS_SQL).bind(org_id),
    db.prepare(CACHE_SETTINGS_SQL).bind(org_id),
    db
      .prepare(
        "SELECT provider_regions, caller_countries, retries, retry_deadline_ms, store_texts, text_retention_days FROM orgs WHERE id = ?1",
      )
      .bind(org_id),
  ]);
  return {
    providers: z.array(providerRow).parse(providerRows?.results ?? []),
    prices: z.array(priceRowSchema).parse(priceRows?.results ?? []),
    data_keys: z.array(dataKeyRow).parse(keyRows?.results ?? []),
    rules: ruleRows?.results ?? [],
    experiments: experimentRows?.results ?? [],
    caching: cacheRows?.results ?? [],
    org: orgRow.parse(orgRows?.results[0]),
  };
}

function textsOf({ org, data_keys: [newest] }: Rows, { data_keys }: OpeningKeys): TextsSetting | null {
  if (org.store_texts === 0) return null;
  const data_key = newest === undefined ? null : (data_keys.get(newest.id) ?? null);
  return { retention_days: org.text_retention_days, data_key };
}

/** Only those that a credential was sealed with, or that texts are to be: the others are history. */
function neededDataKeys(master: MasterKeys, rows: Rows): Promise<ReadonlyMap<string, DataKey>> {
  const sealed = rows.providers.flatMap(({ credential, credentials }) => [
    ...(credential === null ? [] : [credential]),
    ...namedCredentials(credentials ?? null).map((named) => named.sealed),
  ]);
  const needed = new Set(sealed.map(dataKeyIdOf));
  const [newest] = rows.data_keys;
  if (rows.org.store_texts !== 0 && newest !== undefined) needed.add(newest.id);
  return openDataKeys(
    [masterKeyWrapping(master)],
    rows.data_keys.filter(({ id }) => needed.has(id)),
  );
}

async function compileProvider(
  keys: OpeningKeys,
  org_id: string,
  row: ProviderRow,
  prices: readonly PriceRow[],
  now: number,
): Promise<ProviderEntry | Unusable> {
  const defaults = providerDefaults(row.kind);
  if (defaults === null) return "unknown_kind";
  const base_url = row.base_url ?? defaults.default_base_url;
  if (base_url === null) return "no_base_url";
  const credential =
    row.credential === null
      ? ({ status: "opened", credential: {} } as const)
      : await openCredential(keys, { org_id, provider_id: row.id }, row.credential);
  if (credential.status === "malformed") return "credential_malformed";
  if (credential.status !== "opened") return "credential_refused";
  const account: ProviderAccount = {
    id: row.id,
    kind: row.kind,
    base_url: base_url.replace(/\/+$/, ""),
    credential: credential.credential,
    region: row.region,
    settings: row.settings === null ? {} : settingsOf(row.settings),
  };
  const others = await openOthers(keys, org_id, row, account);
  return {
    account: others.length === 0 ? account : { ...account, credential_name: MAIN_CREDENTIAL },
    others,
    timeouts: timeoutsOf(row.timeouts),
    models: modelsOf(account, prices, now),
    health: healthOf(row),
  };
}

/** What cannot be read, because a newer monitor wrote it, is not known: the state is. */
function healthOf({ health, health_detail }: ProviderRow): SharedHealth {
  const detail = health_detail == null ? undefined : sharedHealthSchema.safeParse(tryParseJson(health_detail)).data;
  return detail ?? sharedState(health ?? "unknown");
}

/** One that does not open is left out and logged: the others serve. */
async function openOthers(
  keys: OpeningKeys,
  org_id: string,
  { id, credentials }: ProviderRow,
  account: ProviderAccount,
): Promise<readonly ProviderAccount[]> {
  const others: ProviderAccount[] = [];
  for (const { name, sealed } of namedCredentials(credentials ?? null)) {
    const opened = await openCredential(keys, { org_id, provider_id: id }, sealed);
    if (opened.status === "opened") others.push({ ...account, credential: opened.credential, credential_name: name });
    else log("error", "credential_unusable", { org_id, provider_id: id, credential: name, reason: opened.status });
  }
  return others;
}

const settingsOf = (json: string): Readonly<Record<string, unknown>> =>
  z.record(z.string(), z.unknown()).nullable().parse(JSON.parse(json)) ?? {};

function timeoutsOf(json: string | null): Timeouts {
  const set = json === null ? {} : (timeoutsSchema.nullable().parse(JSON.parse(json)) ?? {});
  return {
    first_byte_ms: set.first_byte_ms ?? DEFAULT_TIMEOUTS.first_byte_ms,
    idle_ms: set.idle_ms ?? DEFAULT_TIMEOUTS.idle_ms,
    total_ms: set.total_ms ?? DEFAULT_TIMEOUTS.total_ms,
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
