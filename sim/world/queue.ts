import type { Event } from "../../schema/wire/events.ts";
import { consumeEvents } from "../../workers/cron/consumers/events.ts";
import { foldDays } from "../../workers/cron/jobs/fold-days.ts";
import { dice, seedOf } from "../dice.ts";
import type { Profile } from "../faults/profile.ts";
import { SimulatedFault } from "./disk.ts";
import type { Scheduler } from "./scheduler.ts";
import { standIn } from "./stand-in.ts";

interface Waiting {
  readonly id: string;
  readonly body: Event;
  attempts: number;
  /** Not delivered before. */
  due_at: number;
}

const BATCH = 20;

/** Folding believes that it is so much later: hours that still get events are folded, too. */
const AHEAD_MS = 2 * 24 * 60 * 60 * 1000;
const FOLD_LIMITS = { orgs: 5, slices: 2, rows: 3 };

/**
 * The queue and its consumer: at least once, in no order, with outages. The consumer is the cron worker's own, and so is what
 * folds hourly sums into daily ones while it writes.
 */
export class SimQueue {
  down_until = 0;
  /** Every event that the queue has taken, by its id. */
  readonly taken = new Map<string, Event>();
  private readonly scheduler: Scheduler;
  private readonly profile: () => Profile;
  private readonly db: D1Database;
  private readonly seed: number;
  private rolls = 0;
  private readonly waiting: Waiting[] = [];
  private ids = 0;
  private consuming = 0;

  constructor(seed: number, scheduler: Scheduler, profile: () => Profile, db: D1Database) {
    this.scheduler = scheduler;
    this.profile = profile;
    this.db = db;
    this.seed = seed;
  }

  get is_idle(): boolean {
    return this.waiting.length === 0 && this.consuming === 0;
  }

  private get roll() {
    this.rolls += 1;
    return dice(seedOf(this.seed, "queue", this.scheduler.now, this.rolls % 100));
  }

  async send(events: readonly Event[]): Promise<void> {
    await this.scheduler.wait(1 + this.roll.whole(20));
    const fails = this.roll.chance(this.profile().send_fails);
    if (this.scheduler.now < this.down_until || (fails && this.roll.chance(0.5)))
      throw new SimulatedFault("queue is down");
    for (const event of events) {
      this.taken.set(event.event_id, event);
      this.waiting.push({
        id: `m${++this.ids}`,
        body: structuredClone(event),
        attempts: 0,
        due_at: this.scheduler.now,
      });
    }
    this.deliverSoon(this.roll.whole(2_000));
    if (fails) throw new SimulatedFault("the queue did not answer");
  }

  private deliverSoon(delay_ms: number): void {
    this.scheduler.at(this.scheduler.now + delay_ms, () => void this.deliver());
  }

  private async deliver(): Promise<void> {
    const batch = this.takeBatch();
    if (batch.length === 0) return;
    this.consuming += 1;
    const acked = new Set<string>();
    const again = new Map<string, number>();
    const messages = batch.map((message) => {
      message.attempts += 1;
      return standIn<Message>({
        id: message.id,
        attempts: message.attempts,
        body: message.body,
        timestamp: new Date(this.scheduler.now),
        ack: () => void acked.add(message.id),
        retry: (options) => void again.set(message.id, options?.delaySeconds ?? 0),
      });
    });
    const effects = {
      now: () => this.scheduler.now,
      randomBytes: (length: number) => Uint8Array.from({ length }, () => this.roll.whole(256)),
    };
    await consumeEvents(standIn<MessageBatch>({ queue: "ao-events", messages }), {
      db: this.db,
      effects,
      appendBlocked: async () => undefined,
      notify: () => undefined,
      explore: () => undefined,
    });
    this.consuming -= 1;
    if (this.roll.chance(0.2)) for (let run = this.roll.whole(3); run >= 0; run -= 1) void this.fold();
    for (const message of batch) {
      if (acked.has(message.id) && !this.roll.chance(this.profile().message_doubled)) continue;
      const delay_ms = (again.get(message.id) ?? 0) * 1_000 + this.roll.whole(1_000);
      this.waiting.push({ ...message, due_at: this.scheduler.now + delay_ms });
      this.deliverSoon(delay_ms);
    }
    if (this.waiting.some(({ due_at }) => due_at <= this.scheduler.now)) this.deliverSoon(this.roll.whole(1_000));
  }

  /** Often one of several that run at once. What fails is done by the next. */
  private async fold(): Promise<void> {
    this.consuming += 1;
    await foldDays(this.db, this.scheduler.now + AHEAD_MS, FOLD_LIMITS).catch((error: unknown) => {
      if (!(error instanceof SimulatedFault)) throw error;
    });
    this.consuming -= 1;
  }

  /** Some of what is due, in any order. */
  private takeBatch(): Waiting[] {
    const due = this.waiting.filter(({ due_at }) => due_at <= this.scheduler.now);
    const batch: Waiting[] = [];
    while (batch.length < BATCH && due.length > 0) {
      for (const message of due.splice(this.roll.whole(due.length), 1)) {
        this.waiting.splice(this.waiting.indexOf(message), 1);
        batch.push(message);
      }
    }
    return batch;
  }
}
