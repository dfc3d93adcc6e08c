import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { hashApiKey, newApiKey } from "../../../schema/credential/api-key.ts";
import { type Credential, sealCredential } from "../../../schema/credential/seal.ts";
import { parseSecretKey } from "../../../schema/credential/secret-key.ts";
import { runtimeEffects } from "../../../schema/kernel/effects.ts";
import { NANO_PER_USD } from "../../../schema/kernel/money.ts";
import type { TestPlatform } from "./platform.ts";

/**
 * Orgs, wallets, keys and providers as rows of D1. The gateway keeps what it knows of an org and of a key for ten seconds,
 * so whatever a test needs must be there before it is first asked for: an org of its own makes that easy.
 */

const effects = runtimeEffects();

/** A new org without anything in it. Answers its id. */
export async function createOrg(platform: TestPlatform): Promise<string> {
  const org_id = effects.newId("org");
  await platform.query("INSERT INTO orgs (id, name, created_at) VALUES (?, ?, ?)", org_id, "Test org", effects.now());
  return org_id;
}

/** The org that `npm start` seeds, with the sandbox as its provider. */
export async function demoOrg(platform: TestPlatform): Promise<string> {
  const [row] = await platform.query("SELECT id FROM orgs WHERE name = 'Demo'");
  return z.string().parse(row?.id);
}

/** Rate limits; those that are not given are none. */
export interface Limits {
  readonly requests_per_minute?: number;
  readonly tokens_per_minute?: number;
  readonly concurrent_requests?: number;
}

const limitValues = ({ requests_per_minute, tokens_per_minute, concurrent_requests }: Limits = {}) => [
  requests_per_minute ?? null,
  tokens_per_minute ?? null,
  concurrent_requests ?? null,
];

export interface WalletFixture {
  readonly org_id: string;
  /** Ten dollars unless given; null is no limit. */
  readonly limit_nano_usd?: number | null;
  readonly frozen?: boolean;
  readonly maximum_per_request_nano_usd?: number | null;
  readonly parent_id?: string;
  readonly limits?: Limits;
}

/** A wallet. Answers its id. */
export async function createWallet(platform: TestPlatform, fixture: WalletFixture): Promise<string> {
  const wallet_id = effects.newId("wallet");
  const { org_id, limit_nano_usd = 10 * NANO_PER_USD, frozen = false, maximum_per_request_nano_usd = null } = fixture;
  await platform.query(
    "INSERT INTO wallets (id, org_id, name, limit_nano_usd, period, frozen, maximum_per_request_nano_usd, created_at, parent_id, requests_per_minute, tokens_per_minute, concurrent_requests) " +
      "VALUES (?, ?, ?, ?, 'month', ?, ?, ?, ?, ?, ?, ?)",
    wallet_id,
    org_id,
    "Test wallet",
    limit_nano_usd,
    frozen ? 1 : 0,
    maximum_per_request_nano_usd,
    effects.now(),
    fixture.parent_id ?? null,
    ...limitValues(fixture.limits),
  );
  return wallet_id;
}

export interface KeyFixture {
  readonly org_id: string;
  readonly wallet_id: string;
  readonly scopes?: readonly string[];
  /** Patterns of models; all unless given. */
  readonly models?: readonly string[];
  readonly expires_at?: number;
  readonly revoked_at?: number;
  readonly limits?: Limits;
}

export interface TestKey {
  readonly key: string;
  readonly key_id: string;
}

/** A key of a wallet. */
export async function createKey(platform: TestPlatform, fixture: KeyFixture): Promise<TestKey> {
  const { pepper } = await secretsOf(platform);
  const key_id = effects.newId("key");
  const { key, hint } = newApiKey(effects);
  await platform.query(
    "INSERT INTO api_keys (id, org_id, wallet_id, name, hash, hint, scopes, models, expires_at, revoked_at, created_at, requests_per_minute, tokens_per_minute, concurrent_requests) " +
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    key_id,
    fixture.org_id,
    fixture.wallet_id,
    "Test key",
    await hashApiKey(pepper, key),
    hint,
    JSON.stringify(fixture.scopes ?? ["inference"]),
    fixture.models === undefined ? null : JSON.stringify(fixture.models),
    fixture.expires_at ?? null,
    fixture.revoked_at ?? null,
    effects.now(),
    ...limitValues(fixture.limits),
  );
  return { key, key_id };
}

export interface ProviderFixture {
  readonly org_id: string;
  /** The first half of its models' names. */
  readonly id: string;
  readonly kind: string;
  readonly base_url?: string;
  readonly credential?: Credential;
  readonly timeouts?: Readonly<Record<"first_byte_ms" | "idle_ms" | "total_ms", number>>;
}

/** An upstream account, its credential sealed as an administrator's would be. */
export async function createProvider(platform: TestPlatform, fixture: ProviderFixture): Promise<void> {
  const { org_id, id: provider_id, credential } = fixture;
  const { master_key } = await secretsOf(platform);
  const sealed =
    credential === undefined ? null : await sealCredential(master_key, { org_id, provider_id }, credential, effects);
  await platform.query(
    "INSERT INTO providers (id, org_id, kind, name, base_url, credential, timeouts, created_at) " +
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    provider_id,
    org_id,
    fixture.kind,
    provider_id,
    fixture.base_url ?? null,
    sealed,
    fixture.timeouts === undefined ? null : JSON.stringify(fixture.timeouts),
    effects.now(),
  );
}

const secretsSchema = z.object({ AO_KEY_PEPPER: z.string(), AO_MASTER_KEY: z.string() });

async function secretsOf(platform: TestPlatform) {
  const stored = secretsSchema.parse(JSON.parse(await readFile(join(platform.dataDir, "secrets.json"), "utf8")));
  const pepper = parseSecretKey(stored.AO_KEY_PEPPER);
  const master_key = parseSecretKey(stored.AO_MASTER_KEY);
  if (pepper === null || master_key === null) throw new Error("the platform has no secrets");
  return { pepper, master_key };
}
