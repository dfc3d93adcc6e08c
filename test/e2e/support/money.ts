import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { hashApiKey, newApiKey } from "../../../schema/credential/api-key.ts";
import { parseSecretKey } from "../../../schema/credential/secret-key.ts";
import { runtimeEffects } from "../../../schema/kernel/effects.ts";
import { type NanoUsd, parseUsd } from "../../../schema/kernel/money.ts";
import type { TestPlatform } from "./platform.ts";

/** Wallets with keys of their own, and what the platform says of them afterwards. */

const effects = runtimeEffects();

export interface TestWallet {
  readonly wallet_id: string;
  readonly key: string;
  readonly key_id: string;
}

/** A wallet of the demo org with one key, as an administrator would make it. */
export async function createWallet(platform: TestPlatform, limit_nano_usd: number | null): Promise<TestWallet> {
  const [org] = await platform.query("SELECT id FROM orgs LIMIT 1");
  const secrets = z
    .object({ AO_KEY_PEPPER: z.string() })
    .parse(JSON.parse(await readFile(join(platform.dataDir, "secrets.json"), "utf8")));
  const pepper = parseSecretKey(secrets.AO_KEY_PEPPER);
  if (pepper === null) throw new Error("the platform has no pepper");
  const wallet_id = effects.newId("wallet");
  const key_id = effects.newId("key");
  const { key, hint } = newApiKey(effects);
  const now = effects.now();
  await platform.query(
    "INSERT INTO wallets (id, org_id, name, limit_nano_usd, period, created_at) VALUES (?, ?, ?, ?, 'month', ?)",
    wallet_id,
    z.string().parse(org?.id),
    "Test wallet",
    limit_nano_usd,
    now,
  );
  await platform.query(
    "INSERT INTO api_keys (id, org_id, wallet_id, name, hash, hint, scopes, created_at) VALUES (?, ?, ?, ?, ?, ?, '[\"inference\"]', ?)",
    key_id,
    z.string().parse(org?.id),
    wallet_id,
    "Test key",
    await hashApiKey(pepper, key),
    hint,
    now,
  );
  return { wallet_id, key, key_id };
}

export interface ChatOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** POST /v1/chat/completions with one user message, unless the body says otherwise. */
export function chat(
  platform: TestPlatform,
  key: string,
  body: Readonly<Record<string, unknown>>,
  options: ChatOptions = {},
): Promise<Response> {
  return fetch(`${platform.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json", ...options.headers },
    body: JSON.stringify({ messages: [{ role: "user", content: "go" }], ...body }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
}

const balanceSchema = z.object({
  limit_usd: z.string().nullable(),
  spent_usd: z.string(),
  held_usd: z.string(),
  available_usd: z.string().nullable(),
});

export interface Balance {
  readonly spent_nano_usd: NanoUsd;
  readonly held_nano_usd: NanoUsd;
  readonly available_nano_usd: NanoUsd | null;
}

export const usd = (text: string): NanoUsd => {
  const amount = parseUsd(text);
  if (amount === null) throw new Error(`not an amount: ${text}`);
  return amount;
};

/** GET /v1/wallet/balance, in nano-dollars. */
export async function balance(platform: TestPlatform, key: string): Promise<Balance> {
  const response = await fetch(`${platform.url}/v1/wallet/balance`, { headers: { authorization: `Bearer ${key}` } });
  const body = balanceSchema.parse(await response.json());
  return {
    spent_nano_usd: usd(body.spent_usd),
    held_nano_usd: usd(body.held_usd),
    available_nano_usd: body.available_usd === null ? null : usd(body.available_usd),
  };
}

/** Asks again until the answer passes, or fails with the last answer once the deadline is over. */
export async function eventually<Value>(
  ask: () => Promise<Value>,
  passes: (value: Value) => boolean,
  within_ms = 30_000,
): Promise<Value> {
  const deadline = Date.now() + within_ms;
  for (;;) {
    const asked = Date.now();
    const value = await ask();
    if (passes(value)) return value;
    if (Date.now() > deadline) throw new Error(`still not so after ${within_ms} ms: ${JSON.stringify(value)}`);
    // Who asks much waits as long as asking took: what is waited for needs the machine, too.
    const pause_ms = Math.max(50, Date.now() - asked);
    await new Promise((resolve) => setTimeout(resolve, pause_ms));
  }
}

/** The wallet once no request of its is in flight any more. */
export const settledBalance = (platform: TestPlatform, key: string): Promise<Balance> =>
  eventually(
    () => balance(platform, key),
    ({ held_nano_usd }) => held_nano_usd === 0,
  );

const logRow = z.object({
  request_id: z.string(),
  outcome: z.string(),
  cost_nano_usd: z.number(),
  unsettled: z.number(),
  estimated: z.number(),
});
export type LogRow = z.infer<typeof logRow>;

/** The wallet's rows of the request log, each with its adjustments added. */
export async function loggedRequests(platform: TestPlatform, wallet_id: string): Promise<readonly LogRow[]> {
  const rows = await platform.query(
    `SELECT l.request_id, l.outcome, l.unsettled, l.estimated,
            l.cost_nano_usd + COALESCE((SELECT SUM(a.cost_nano_usd) FROM request_adjustments a WHERE a.request_id = l.request_id), 0) AS cost_nano_usd
     FROM request_log l WHERE l.wallet_id = ?`,
    wallet_id,
  );
  return z.array(logRow).parse(rows);
}

/** Waits until the log has that many rows and they sum to what the wallet spent. */
export const settledLog = (
  platform: TestPlatform,
  wallet: TestWallet,
  rows: number,
): Promise<{ readonly log: readonly LogRow[]; readonly spent: number }> =>
  eventually(
    async () => ({
      log: await loggedRequests(platform, wallet.wallet_id),
      spent: (await balance(platform, wallet.key)).spent_nano_usd,
    }),
    ({ log, spent }) => log.length === rows && sum(log) === spent,
  );

export const sum = (rows: readonly LogRow[]): number => rows.reduce((total, row) => total + row.cost_nano_usd, 0);
