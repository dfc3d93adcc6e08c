import { LIMITS } from "../../schema/kernel/limits.ts";
import type { Event } from "../../schema/wire/events.ts";
import { markSent, readOutbox } from "./storage/outbox-table.ts";

const BACKOFF_MS_MIN = 1_000;
const BACKOFF_MS_MAX = 5 * 60_000;

export interface OutboxEffects {
  readonly sql: SqlStorage;
  /** How long events stay after the queue has taken them, so that a restart can send them again. */
  readonly retain_ms: number;
  now(): number;
  send(events: readonly Event[]): Promise<void>;
  /** Told how many events have left. */
  sent(count: number): void;
}

/** Drains the outbox into the queue. At least once: what was sent and not yet marked is sent again. */
export class Outbox {
  /** After a failure nothing is tried before this. */
  retry_at = 0;
  private failures = 0;
  private draining: Promise<void> | null = null;
  private readonly effects: OutboxEffects;

  constructor(effects: OutboxEffects) {
    this.effects = effects;
  }

  /** Sends batch by batch until the outbox is empty or the queue fails. One drain at a time; a failure is not thrown. */
  drain(): Promise<void> {
    this.draining ??= this.drainAll().finally(() => {
      this.draining = null;
    });
    return this.draining;
  }

  private async drainAll(): Promise<void> {
    if (this.effects.now() < this.retry_at) return;
    for (;;) {
      const batch = readOutbox(this.effects.sql, LIMITS.outbox_batch);
      if (batch === null) return;
      try {
        await this.effects.send(batch.events);
      } catch {
        this.backOff();
        return;
      }
      this.failures = 0;
      // Marked only after the queue has them. A crash in between sends them twice, under the same event ids.
      markSent(this.effects.sql, batch.last_seq, this.effects.now() - this.effects.retain_ms);
      this.effects.sent(batch.events.length);
    }
  }

  private backOff(): void {
    this.retry_at = this.effects.now() + Math.min(BACKOFF_MS_MAX, BACKOFF_MS_MIN * 2 ** this.failures);
    this.failures += 1;
  }
}
