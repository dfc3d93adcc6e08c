import { hashApiKey, newApiKey } from "../../schema/credential/api-key.ts";
import type { Effects } from "../../schema/kernel/effects.ts";
import { NANO_PER_USD } from "../../schema/kernel/money.ts";
import type { SqlStatement } from "../../scripts/platform/sql-database.ts";
import { PACES } from "./paces.ts";

/** More than any run spends. */
const WALLET_LIMIT_NANO_USD = 1_000_000 * NANO_PER_USD;

/** Keys of the benchmark's org. */
export interface BenchKeys {
  /** One per wallet. */
  readonly apps: readonly string[];
  /** May use no model. */
  readonly restricted: string;
  /** Of a wallet that is frozen. */
  readonly frozen: string;
}

interface RowsInput {
  readonly upstream: string;
  readonly wallets: number;
  readonly pepper: Uint8Array;
  readonly effects: Pick<Effects, "now" | "newId" | "randomBytes">;
}

/** An org with that many wallets and a key each, and for each pace of the upstream a provider of either kind. */
export async function benchRows(
  input: RowsInput,
): Promise<{ readonly statements: readonly SqlStatement[]; readonly keys: BenchKeys }> {
  const { effects } = input;
  const now = effects.now();
  const org_id = effects.newId("org");
  const statements: SqlStatement[] = [
    { sql: "INSERT INTO orgs (id, name, created_at) VALUES (?, ?, ?)", params: [org_id, "Benchmark", now] },
  ];
  const addKey = async (frozen: boolean, models: readonly string[] | null): Promise<string> => {
    const wallet_id = effects.newId("wallet");
    const { key, hint } = newApiKey(effects);
    statements.push(
      {
        sql: "INSERT INTO wallets (id, org_id, name, limit_nano_usd, period, frozen, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        params: [wallet_id, org_id, "Wallet", WALLET_LIMIT_NANO_USD, "month", frozen ? 1 : 0, now],
      },
      {
        sql: "INSERT INTO api_keys (id, org_id, wallet_id, name, hash, hint, scopes, models, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        params: [
          effects.newId("key"),
          org_id,
          wallet_id,
          "Key",
          await hashApiKey(input.pepper, key),
          hint,
          JSON.stringify(["inference"]),
          models === null ? null : JSON.stringify(models),
          now,
        ],
      },
    );
    return key;
  };
  for (const pace of Object.keys(PACES)) {
    for (const { id, kind, base_url } of providersOf(pace, input.upstream)) {
      statements.push({
        sql: "INSERT INTO providers (id, org_id, kind, name, base_url, created_at) VALUES (?, ?, ?, ?, ?, ?)",
        params: [id, org_id, kind, id, base_url, now],
      });
    }
  }
  const apps: string[] = [];
  for (let wallet = 0; wallet < input.wallets; wallet += 1) apps.push(await addKey(false, null));
  const keys = { apps, restricted: await addKey(false, ["none/*"]), frozen: await addKey(true, null) };
  return { statements, keys };
}

const providersOf = (pace: string, upstream: string) => [
  { id: pace, kind: "openai", base_url: `${upstream}/${pace}/v1` },
  { id: `${pace}-anthropic`, kind: "anthropic", base_url: `${upstream}/${pace}` },
];
