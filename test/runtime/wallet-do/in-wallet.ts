import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { Event } from "../../../schema/wire/events.ts";
import type { LedgerRow } from "../../../schema/wire/wallet-rpc.ts";
import type { WalletSettings } from "../../../schema/wire/wallet-settings.ts";
import type { WalletEffects } from "../../../workers/wallet-do/wallet.ts";
import type { WalletObject } from "../../../workers/wallet-do/wallet-object.ts";
import { settings } from "../../unit/wallet/make.ts";

/**
 * When a test's clock starts, if it holds the clock. Far ahead of the machine's own, so that no alarm rings by itself:
 * the runtime compares alarms with its own clock.
 */
export const START = Date.UTC(2100, 2, 10, 12);

export type Stub = DurableObjectStub<WalletObject>;

let wallets = 0;

/** A wallet that no other test has touched; configured unless the settings are null. */
export async function freshWallet(change: Partial<WalletSettings> | null = {}): Promise<Stub> {
  wallets += 1;
  const stub = env.WALLET.get(env.WALLET.idFromName(`wallet-${wallets}`));
  if (change !== null) await stub.configure(settings({ period: "none", ...change }));
  return stub;
}

/** The newest rows of a wallet's ledger. */
export const newestRows = async (stub: Stub, limit = 100): Promise<readonly LedgerRow[]> =>
  (await stub.ledgerPage({ limit })).rows;

type Mutable = { -readonly [Name in keyof WalletEffects]: WalletEffects[Name] };

/** Replaces what the running object reaches for; an eviction undoes it. */
export const withEffects = (stub: Stub, change: (effects: Mutable) => void): Promise<void> =>
  runInDurableObject(stub, (object: WalletObject) => change(object.effects));

/** Holds the object's clock at a moment. */
export const setClock = (stub: Stub, now: number): Promise<void> =>
  withEffects(stub, (effects) => {
    effects.now = () => now;
  });

/** Takes the place of the queue and keeps what was sent. `working` false makes every send fail. */
export interface FakeQueue {
  working: boolean;
  readonly batches: (readonly Event[])[];
}

export async function fakeQueue(stub: Stub): Promise<FakeQueue> {
  const queue: FakeQueue = { working: true, batches: [] };
  await withEffects(stub, (effects) => {
    effects.send = async (events) => {
      if (!queue.working) throw new Error("queue is down");
      queue.batches.push(events);
    };
  });
  return queue;
}

/** Makes the nth write from now fail, once: 1 is the next. */
export function failWrite(storage: DurableObjectStorage, nth: number): { undo(): void } {
  const { sql } = storage;
  const original = sql.exec;
  const exec = sql.exec.bind(sql);
  let writes = 0;
  sql.exec = <Row extends Record<string, SqlStorageValue>>(query: string, ...bindings: unknown[]) => {
    if (/^\s*(INSERT|UPDATE|DELETE)/.test(query)) {
      writes += 1;
      if (writes === nth) throw new Error("disk is full");
    }
    return exec<Row>(query, ...bindings);
  };
  return {
    undo: () => {
      sql.exec = original;
    },
  };
}
