import { readFile, writeFile } from "node:fs/promises";
import * as z from "zod";
import { hashApiKey, type NewApiKey, newApiKey } from "../schema/credential/api-key.ts";
import type { Effects } from "../schema/kernel/effects.ts";
import { tryParseJson } from "../schema/kernel/json.ts";
import { NANO_PER_USD } from "../schema/kernel/money.ts";
import { ClearError } from "./platform/clear-error.ts";
import type { DataFolder } from "./platform/data-folder.ts";
import type { Secrets } from "./platform/secrets.ts";
import { query, type SqlDatabase, type SqlStatement } from "./platform/sql-database.ts";

/** A first org to try things with: a team wallet, a provider that needs no key, and a key each for apps and admins. */

const WALLET_LIMIT_NANO_USD = 25 * NANO_PER_USD;

const demoSchema = z.object({
  org_id: z.string(),
  wallet_id: z.string(),
  app: z.object({ id: z.string(), key: z.string(), hint: z.string() }),
  admin: z.object({ id: z.string(), key: z.string(), hint: z.string() }),
});
type Demo = z.infer<typeof demoSchema>;

export interface DemoKeys {
  readonly app_key: string;
  readonly admin_key: string;
}

/**
 * Makes the demo org unless it exists, and answers its keys. They are kept in plain text in the data folder, so that each
 * start can show them; ids are fixed there before anything is inserted, so that an interrupted seed continues as it began.
 */
export async function seedDemo(
  database: SqlDatabase,
  folder: DataFolder,
  secrets: Pick<Secrets, "pepper">,
  effects: Effects,
): Promise<DemoKeys> {
  const demo = (await readDemo(folder)) ?? (await writeDemo(folder, effects));
  const existing = await query(database, "SELECT id FROM orgs WHERE id = ?", demo.org_id);
  if (existing.length === 0) await database.batch(await demoRows(demo, secrets, effects.now()));
  return { app_key: demo.app.key, admin_key: demo.admin.key };
}

async function readDemo(folder: DataFolder): Promise<Demo | null> {
  const text = await readFile(folder.demo, "utf8").catch(() => null);
  if (text === null) return null;
  const demo = demoSchema.safeParse(tryParseJson(text)).data;
  if (demo === undefined) {
    throw new ClearError(`${folder.demo} is damaged. Begin anew with \`npm start -- --reset\`, or use --no-demo.`);
  }
  return demo;
}

async function writeDemo(folder: DataFolder, effects: Effects): Promise<Demo> {
  const key = (): NewApiKey & { id: string } => ({ id: effects.newId("key"), ...newApiKey(effects) });
  const demo = { org_id: effects.newId("org"), wallet_id: effects.newId("wallet"), app: key(), admin: key() };
  await writeFile(folder.demo, `${JSON.stringify(demo, null, 2)}\n`, { mode: 0o600 });
  return demo;
}

async function demoRows(
  demo: Demo,
  { pepper }: Pick<Secrets, "pepper">,
  now: number,
): Promise<readonly SqlStatement[]> {
  const keyRow = async (row: Demo["app"], name: string, scopes: readonly string[]): Promise<SqlStatement> => ({
    sql:
      "INSERT INTO api_keys (id, org_id, wallet_id, name, hash, hint, scopes, created_at) " +
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    params: [
      row.id,
      demo.org_id,
      demo.wallet_id,
      name,
      await hashApiKey(pepper, row.key),
      row.hint,
      JSON.stringify(scopes),
      now,
    ],
  });
  return [
    { sql: "INSERT INTO orgs (id, name, created_at) VALUES (?, ?, ?)", params: [demo.org_id, "Demo", now] },
    {
      sql: "INSERT INTO wallets (id, org_id, name, limit_nano_usd, period, created_at) VALUES (?, ?, ?, ?, ?, ?)",
      params: [demo.wallet_id, demo.org_id, "Demo team", WALLET_LIMIT_NANO_USD, "month", now],
    },
    {
      sql: "INSERT INTO providers (id, org_id, kind, name, created_at) VALUES (?, ?, ?, ?, ?)",
      params: ["sandbox", demo.org_id, "sandbox", "Sandbox", now],
    },
    await keyRow(demo.app, "Demo app", ["inference"]),
    await keyRow(demo.admin, "Demo admin", ["admin", "inference"]),
  ];
}
