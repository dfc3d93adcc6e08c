import type { WalletRpc } from "../../schema/wire/wallet-rpc.ts";

/** The wallet objects as this worker sees them: it only wakes them. */
export interface WalletNamespace {
  idFromName(name: string): DurableObjectId;
  get(id: DurableObjectId): Pick<WalletRpc, "state">;
}

/** Bindings of the cron worker, see wrangler.toml. */
export interface Env {
  readonly DB: D1Database;
  readonly WALLET: WalletNamespace;
  readonly EVENTS: Queue<unknown>;
}

/** What of D1 is used here. A failed write means *unknown*: it may have been committed. */
export type Database = Pick<D1Database, "prepare" | "batch">;
