import { rmSync } from "node:fs";
import { setImmediate as immediately } from "node:timers/promises";
import type { Event } from "../schema/wire/events.ts";
import type { WalletSettings } from "../schema/wire/wallet-settings.ts";
import { Disk, storageOf } from "../sim/world/disk.ts";
import { Wallet } from "../workers/wallet-do/wallet.ts";

/**
 * The wallets of the demo: the platform's own, run here at the times of the story. What they keep is what a wallet object
 * keeps, and is laid where the runtime looks for it.
 */
export class Books {
  /** Milliseconds: what every wallet takes for now. */
  now = 0;
  private readonly wallets = new Map<string, { readonly wallet: Wallet; readonly disk: Disk }>();
  private events: Event[] = [];

  async open(settings: WalletSettings): Promise<void> {
    const disk = new Disk();
    const nothing = () => undefined;
    const wallet = new Wallet({
      storage: storageOf(
        disk,
        { dirty: nothing, wrote: nothing, transacted: nothing, fails: () => false, gate: () => Promise.resolve() },
        () => false,
      ),
      now: () => this.now,
      // Nothing happens by itself here: what is due is done by `tick`.
      wait: () => new Promise(nothing),
      send: async (events) => void this.events.push(...events),
      waitUntil: (work) => void work.catch(nothing),
      wallet: (id) => this.wallet(id),
      outbox_retain_ms: 0,
      drain_delay_ms: 0,
    });
    this.wallets.set(settings.wallet_id, { wallet, disk });
    await wallet.start();
    await wallet.configure(settings);
  }

  wallet(id: string): Wallet {
    const found = this.wallets.get(id);
    if (found === undefined) throw new Error(`the demo has no wallet ${id}`);
    return found.wallet;
  }

  /** What wallets told since this was asked last, in order of time. */
  takeEvents(): readonly Event[] {
    const events = this.events.sort((a, b) => a.at - b.at);
    this.events = [];
    return events;
  }

  /** Does what time has made due in every wallet, those below first: what they spent is told upwards, events are sent. */
  async tick(): Promise<void> {
    // Nothing here waits for anything, and this process has connections to look after.
    await immediately();
    for (const { wallet } of [...this.wallets.values()].toReversed()) await wallet.alarm();
  }

  /** Writes what a wallet keeps to a file of its own. */
  save(id: string, path: string): void {
    const disk = this.wallets.get(id)?.disk;
    disk?.flush();
    disk?.rows("DROP TABLE sim_alarm");
    rmSync(path, { force: true });
    disk?.rows("VACUUM INTO ?", [path]);
  }

  close(): void {
    for (const { disk } of this.wallets.values()) disk.close();
  }
}
