import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import * as z from "zod";
import { tryParseJson } from "../../schema/kernel/json.ts";

/** What a wallet object has on the disk. */
export interface StoredWallet {
  readonly wallet_id: string;
  readonly ledger: readonly StoredPosting[];
  readonly open_holds: number;
  readonly unsent_events: number;
}

export interface StoredPosting {
  readonly kind: string;
  readonly amount: number;
  readonly ref: string;
}

const settingsSchema = z.object({ wallet_id: z.string() });

/**
 * All wallets of a data folder, read from the disk while the platform is stopped: a witness that shares no code with it.
 */
export function readStoredWallets(dataDir: string): readonly StoredWallet[] {
  const folder = join(dataDir, "state", "do", "ao-wallet-do-WalletObject");
  return readdirSync(folder)
    .filter((name) => name.endsWith(".sqlite") && !name.startsWith("metadata"))
    .flatMap((name) => readFile(join(folder, name)));
}

/** One wallet of a data folder. */
export function readStoredWallet(dataDir: string, wallet_id: string): StoredWallet {
  const found = readStoredWallets(dataDir).find((wallet) => wallet.wallet_id === wallet_id);
  if (found === undefined) throw new Error(`no storage of ${wallet_id}`);
  return found;
}

function readFile(path: string): readonly StoredWallet[] {
  const database = new DatabaseSync(path);
  try {
    const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
    if (!tables.some((table) => table.name === "ledger")) return [];
    const text = database.prepare("SELECT settings FROM wallet").get()?.settings;
    const settings = settingsSchema.safeParse(tryParseJson(String(text))).data;
    if (settings === undefined) return [];
    const count = (table: string) => Number(database.prepare(`SELECT COUNT(*) AS n FROM ${table}`).get()?.n);
    const ledger = database.prepare("SELECT kind, amount_nano_usd AS amount, ref FROM ledger ORDER BY seq").all();
    return [
      {
        wallet_id: settings.wallet_id,
        ledger: ledger.map(({ kind, amount, ref }) => ({
          kind: String(kind),
          amount: Number(amount),
          ref: String(ref),
        })),
        open_holds: count("hold"),
        unsent_events: count("outbox WHERE seq > (SELECT sent_seq FROM outbox_mark)"),
      },
    ];
  } finally {
    database.close();
  }
}
