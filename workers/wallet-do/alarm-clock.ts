/** An alarm this long overdue was lost: it is set again. */
const LOST_AFTER_MS = 60_000;

/**
 * The object's one alarm. Setting it is a write, so it is set only when it is needed earlier than it is armed; an alarm
 * that comes too early finds nothing to do and is set again.
 */
export class AlarmClock {
  private armed: number | null = null;
  private readonly storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    this.storage = storage;
  }

  /** Reads what a former life of the object armed. */
  async restore(): Promise<void> {
    this.armed = await this.storage.getAlarm();
  }

  /** Makes sure that the alarm rings at `needed` or earlier; Infinity needs none. */
  async need(needed: number, now: number): Promise<void> {
    if (needed === Number.POSITIVE_INFINITY) return;
    const lost = this.armed === null || this.armed + LOST_AFTER_MS <= now;
    if (!lost && this.armed !== null && this.armed <= needed) return;
    this.armed = needed;
    try {
      // The write is part of the caller's turn: it is stored together with what was written before it, or not at all.
      await this.storage.setAlarm(needed);
    } catch (error) {
      this.armed = null;
      throw error;
    }
  }

  /** The alarm rings: it is not armed any more. */
  rang(): void {
    this.armed = null;
  }
}
