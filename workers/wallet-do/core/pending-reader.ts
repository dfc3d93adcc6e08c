import { type NanoUsd, subtractUsd, ZERO_USD } from "../../../schema/kernel/money.ts";
import { isMoving, isOfRequest, type LedgerRow } from "../../../schema/wire/wallet-rpc.ts";
import type { Change, Posting } from "./change.ts";
import { type Ended, foldEnded, type IdempotencyEntry, type Reader } from "./reader.ts";
import type { Transfer } from "./state.ts";

/** A reader that also sees changes which are decided and not stored yet. */
export interface PendingReader extends Reader {
  add(changes: readonly Change[]): void;
  /** Forgets them: they are stored now, or thrown away. */
  clear(): void;
}

export function pendingReader(stored: Reader): PendingReader {
  /** What ends requests, folded only when somebody asks: most ends are stored before anybody does. */
  const ends = new Map<string, readonly Posting[]>();
  const attempts = new Map<string, ReadonlyMap<number, NanoUsd>>();
  /** By key hash; null is a key that was freed. */
  const keys = new Map<string, IdempotencyEntry | null>();
  const moved = new Map<string, LedgerRow>();
  const transfers = new Map<string, Transfer>();
  const idempotency = (key_hash: string): IdempotencyEntry | null => {
    const pending = keys.get(key_hash);
    return pending === undefined ? stored.idempotency(key_hash) : pending;
  };
  const readEnded = (request_id: string): Ended | null => {
    let ended = stored.ended(request_id);
    for (const { kind, amount_nano_usd } of ends.get(request_id) ?? []) ended = foldEnded(ended, kind, amount_nano_usd);
    return ended;
  };
  const readAttempts = (request_id: string): ReadonlyMap<number, NanoUsd> =>
    attempts.get(request_id) ?? stored.attempts(request_id);
  return {
    ended: readEnded,
    attempts: readAttempts,
    idempotency,
    idempotencyOf: (request_id) => {
      for (const entry of keys.values()) if (entry?.request_id === request_id) return entry;
      const entry = stored.idempotencyOf(request_id);
      // The stored one may be freed or taken by another request by now.
      return entry === null || keys.has(entry.key_hash) ? null : entry;
    },
    moved: (ref) => moved.get(ref) ?? stored.moved(ref),
    transfer: (transfer_id) => transfers.get(transfer_id) ?? stored.transfer(transfer_id),
    add: (changes) => {
      for (const change of changes) {
        if (change.kind === "posting") {
          const { ref, kind, amount_nano_usd, attempt } = change.posting;
          if (attempt !== undefined) {
            attempts.set(ref, new Map([...readAttempts(ref), [attempt, subtractUsd(ZERO_USD, amount_nano_usd)]]));
          }
          if (isMoving(kind)) moved.set(ref, change.posting);
          if (isOfRequest(kind)) ends.set(ref, [...(ends.get(ref) ?? []), change.posting]);
        } else if (change.kind === "idempotency") keys.set(change.entry.key_hash, change.entry);
        else if (change.kind === "idempotency_freed") keys.set(change.key_hash, null);
        else if (change.kind === "transfer") transfers.set(change.transfer.transfer_id, change.transfer);
      }
    },
    clear: () => {
      ends.clear();
      attempts.clear();
      keys.clear();
      moved.clear();
      transfers.clear();
    },
  };
}
