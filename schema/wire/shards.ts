/**
 * A hot wallet is several objects: shards, which are wallets below it without a limit of their own. They lease from it
 * like any other, so its limit binds all of them together. Who looks at requests or settings sees the one wallet.
 */

/** Wallet ids are letters, digits and underscores: no wallet of anybody is called like a shard. */
const SEPARATOR = "#";

/** More would strand the last dollars in too many places, and one wallet needs no more. */
export const SHARDS_MAX = 64;

/** The id of one shard, from 1 on. */
export const shardId = (wallet_id: string, number: number): string => `${wallet_id}${SEPARATOR}${number}`;

/** The ids of all objects that requests of this wallet go to: itself, or its shards. */
export const spendingIds = (wallet_id: string, shards: number): readonly string[] =>
  shards <= 1 ? [wallet_id] : Array.from({ length: shards }, (_, index) => shardId(wallet_id, index + 1));

/** The wallet that an object belongs to: itself, unless it is a shard. */
export function walletOfShard(id: string): string {
  const at = id.indexOf(SEPARATOR);
  return at === -1 ? id : id.slice(0, at);
}

export const isShard = (id: string): boolean => id.includes(SEPARATOR);

/**
 * The object that a request goes to: always the same one for the same `subject`, and each equally often. FNV-1a, whose
 * spread over short ids is even enough, and which costs nothing.
 */
export function spendingId(wallet_id: string, shards: number, subject: string): string {
  if (shards <= 1) return wallet_id;
  let hash = 0x811c9dc5;
  for (let index = 0; index < subject.length; index += 1) {
    hash = Math.imul(hash ^ subject.charCodeAt(index), 0x01000193) >>> 0;
  }
  return shardId(wallet_id, (hash % shards) + 1);
}
