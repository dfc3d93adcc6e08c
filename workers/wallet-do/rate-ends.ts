import { log } from "../../schema/kernel/log.ts";
import type { RateEnd } from "../../schema/wire/rate-limits.ts";

export interface EndSenderEffects {
  send(above: string, ends: readonly RateEnd[]): Promise<unknown>;
  waitUntil(work: Promise<unknown>): void;
}

/** Ends in one message. */
const BATCH = 1_000;

/**
 * Tells wallets above which of their requests have ended, behind the answers: one message at a time for each wallet, with
 * all that has gathered meanwhile. What is lost is found when the wallet above asks.
 */
export class EndSender {
  private readonly effects: EndSenderEffects;
  /** By wallet; one that is here has its sender running. */
  private readonly waiting = new Map<string, RateEnd[]>();

  constructor(effects: EndSenderEffects) {
    this.effects = effects;
  }

  add(above: string, end: RateEnd): void {
    const gathered = this.waiting.get(above);
    if (gathered !== undefined) {
      gathered.push(end);
      return;
    }
    const ends = [end];
    this.waiting.set(above, ends);
    this.effects.waitUntil(this.drain(above, ends));
  }

  private async drain(above: string, ends: RateEnd[]): Promise<void> {
    // All that ends in this turn goes together.
    await Promise.resolve();
    while (ends.length > 0) {
      const batch = ends.splice(0, BATCH);
      await this.effects.send(above, batch).catch((error: unknown) => {
        log("warn", "wallet.rate_ends_lost", { above, ends: batch.length, problem: String(error) });
      });
    }
    this.waiting.delete(above);
  }
}
