import { type LogFields, log } from "../../../schema/kernel/log.ts";
import type { WalletState } from "../../../schema/wire/wallet-rpc.ts";
import type { Database } from "../env.ts";
import { problemOf } from "../problem-of.ts";

const JOB = "sweep-wallets";

/** Wallets per run: 12,000 an hour, well below what one invocation may call. */
const PAGE = 200;

/** Wallets woken at a time. One that hangs holds up its own lane only. */
const LANES = 10;

/** Wakes one wallet. Asking for its state does whatever is overdue in it. */
export type WakeWallet = (wallet_id: string) => Promise<Pick<WalletState, "outbox_pending"> | null>;

/**
 * Wakes the next page of wallets, round after round: an object whose alarm was lost ends its overdue holds and drains
 * its outbox at the latest when this reaches it. What fails for one wallet is logged and leaves the others alone.
 */
export async function sweepWallets(db: Database, wake: WakeWallet): Promise<LogFields> {
  const wallet_ids = await takePage(db);
  const queue = wallet_ids.values();
  const lanes = await Promise.all(Array.from({ length: LANES }, () => wakeEach(queue, wake)));
  const total = (key: keyof Tally) => lanes.reduce((sum, lane) => sum + lane[key], 0);
  return { wallets: wallet_ids.length, failed: total("failed"), with_pending_outbox: total("with_pending_outbox") };
}

/**
 * The next page, with the mark moved past it before any wallet is touched: a page that breaks the run is passed over
 * until the next round, where moving the mark afterwards would come back to it for ever.
 */
async function takePage(db: Database): Promise<string[]> {
  const cursor = await db.prepare("SELECT cursor FROM job_state WHERE job = ?1").bind(JOB).first<string>("cursor");
  const { results } = await db
    .prepare("SELECT id FROM wallets WHERE id > ?1 ORDER BY id LIMIT ?2")
    .bind(cursor ?? "", PAGE)
    .all<{ id: string }>();
  const wallet_ids = results.map((row) => row.id);
  const next = wallet_ids.length < PAGE ? "" : (wallet_ids.at(-1) ?? "");
  await db
    .prepare(
      "INSERT INTO job_state (job, cursor) VALUES (?1, ?2) ON CONFLICT (job) DO UPDATE SET cursor = excluded.cursor",
    )
    .bind(JOB, next)
    .run();
  return wallet_ids;
}

interface Tally {
  failed: number;
  with_pending_outbox: number;
}

/** Wakes wallets off a queue shared with the other lanes until it is empty. */
async function wakeEach(queue: Iterator<string>, wake: WakeWallet): Promise<Tally> {
  const tally: Tally = { failed: 0, with_pending_outbox: 0 };
  for (let next = queue.next(); !next.done; next = queue.next()) {
    try {
      const state = await wake(next.value);
      if ((state?.outbox_pending ?? 0) > 0) tally.with_pending_outbox += 1;
    } catch (error) {
      tally.failed += 1;
      log("warn", "wallet_not_woken", { wallet_id: next.value, problem: problemOf(error) });
    }
  }
  return tally;
}
