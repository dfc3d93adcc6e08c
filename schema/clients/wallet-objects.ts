import { spendingIds } from "../wire/shards.ts";

/**
 * The ids of all objects of a wallet: its own, and those of its shards. What holds of a key or of settings is told to each
 * of them. Throws when D1 does not answer.
 */
export async function walletObjects(db: Pick<D1Database, "prepare">, wallet_id: string): Promise<readonly string[]> {
  const shards = await db.prepare("SELECT shards FROM wallets WHERE id = ?1").bind(wallet_id).first<number>("shards");
  return [wallet_id, ...spendingIds(wallet_id, shards ?? 1).filter((id) => id !== wallet_id)];
}
