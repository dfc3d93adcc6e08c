import type { Event } from "../../schema/wire/events.ts";
import type { WalletRpc } from "../../schema/wire/wallet-rpc.ts";
import { Wallet } from "../../workers/wallet-do/wallet.ts";
import { dice, seedOf } from "../dice.ts";
import type { Profile } from "../faults/profile.ts";
import { Books } from "../invariants/books.ts";
import { Disk, type DiskHost, SimulatedFault, storageOf } from "./disk.ts";
import type { Scheduler } from "./scheduler.ts";

/** What an object reaches beyond itself. */
export interface HostWorld {
  readonly seed: number;
  /** Whether an object is evicted as soon as nobody waits for it. */
  readonly forgetful: boolean;
  readonly scheduler: Scheduler;
  readonly profile: () => Profile;
  /** The wallet `to` as `from` reaches it. */
  wallet(from: Host, to: string): Pick<WalletRpc, "lease" | "recall">;
  send(from: Host, events: readonly Event[]): Promise<void>;
  /** After each statement that writes. */
  wrote(host: Host, sql: string): void;
  /** After each transaction that is kept, when all of a turn is written. */
  transacted(host: Host): void;
  /** Writes were taken back. */
  reloaded(host: Host): void;
  /** A life ended. */
  died(host: Host): void;
  unexpected(host: Host, problem: string): void;
  spins(host: Host, problem: string): void;
}

/** From waking up to being evicted: what is only in memory. */
interface Life {
  readonly number: number;
  readonly wallet: Wallet;
  readonly started: Promise<void>;
  /** Rejects when the object dies. */
  readonly death: Promise<never>;
  die(reason: string): void;
  dead: boolean;
}

const DRAIN_DELAY_MS = 1_000;
/** How an alarm whose handler fails, or whose object dies, comes again; after so many times it is gone. */
const ALARM_RETRIES = 6;
const ALARM_RETRY_MS = 2_000;
const RINGS_MS = 5_000;
const RINGS_MAX = 60;

/** One wallet as a Durable Object: its disk, which stays, and its life, which may end whenever it waits. */
export class Host {
  readonly wallet_id: string;
  readonly disk = new Disk();
  readonly books: Books;
  clock_offset_ms = 0;
  unreachable_until = 0;
  /** Whether an alarm of this object was ever lost: then only a sweep helps. */
  lost_alarm = false;
  lives = 0;
  private readonly world: HostWorld;
  private life: Life | null = null;
  private gate: PromiseWithResolvers<void> | null = null;
  private booting = false;
  /** Calls that wait for an answer. */
  private calls = 0;
  private rolls = { now: 0, count: 0 };
  private alarm_set: number | null = null;
  private rings: number[] = [];

  constructor(world: HostWorld, wallet_id: string) {
    this.world = world;
    this.wallet_id = wallet_id;
    this.books = new Books(this.disk);
  }

  get now(): number {
    return this.world.scheduler.now + this.clock_offset_ms;
  }

  get is_awake(): boolean {
    return this.life !== null;
  }

  /** One call as the runtime delivers it: it waits for the object to start, and its answer for the disk. */
  async call<Answer>(run: (wallet: Wallet) => Promise<Answer>): Promise<Answer> {
    if (this.world.forgetful && this.calls === 0 && this.gate === null) this.evict("nobody waits");
    const life = this.wake();
    this.calls += 1;
    try {
      const answer = await Promise.race([life.death, life.started.then(() => run(life.wallet))]);
      await Promise.race([life.death, this.settle()]);
      return answer;
    } finally {
      this.calls -= 1;
    }
  }

  evict(reason: string): void {
    const { life } = this;
    if (life === null) return;
    this.life = null;
    life.dead = true;
    // What the output gate still held back was not seen by anybody: half of the time it is lost with the object.
    if (this.roll("lost").chance(0.5)) this.loseWrites();
    else this.flush();
    life.die(reason);
    this.world.died(this);
  }

  /** The clock of this object jumps; alarms go by it. */
  setClock(offset_ms: number): void {
    this.clock_offset_ms = offset_ms;
    this.alarm_set = null;
    this.armAlarm();
  }

  close(): void {
    if (this.life !== null) this.life.dead = true;
    this.disk.close();
  }

  /** Fate goes by the moment, so that it stays what it was when other steps are left out. */
  private roll(what: string) {
    const { now } = this.world.scheduler;
    const count = this.rolls.now === now ? this.rolls.count + 1 : 0;
    this.rolls = { now, count };
    return dice(seedOf(this.world.seed, this.wallet_id, what, now, count));
  }

  private wake(): Life {
    if (this.life !== null) return this.life;
    this.lives += 1;
    const { promise: death, reject } = Promise.withResolvers<never>();
    death.catch(() => undefined);
    const pending: { life: Life | null } = { life: null };
    const is_dead = (): boolean => pending.life?.dead === true;
    this.booting = true;
    const wallet = new Wallet(this.effects(is_dead));
    this.booting = false;
    if (this.lives === 1) this.reload();
    const life: Life = {
      number: this.lives,
      wallet,
      started: wallet.start(),
      death,
      die: (reason) => reject(new SimulatedFault(reason)),
      dead: false,
    };
    pending.life = life;
    this.life = life;
    return life;
  }

  private effects(is_dead: () => boolean) {
    const { world } = this;
    const { scheduler } = world;
    /** What comes to an object that has died comes to nobody. And it may die of waiting. */
    const survive = <T>(waits: Promise<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        const then = (run: () => void): void => {
          if (is_dead()) return;
          if (this.roll("await").chance(world.profile().dies)) this.evict("the object was reset while it waited");
          else run();
        };
        waits.then(
          (value) => then(() => resolve(value)),
          (error) => then(() => reject(error)),
        );
      });
    const leaving = <T>(run: () => Promise<T>): Promise<T> => survive(this.settle().then(run));
    return {
      storage: storageOf(this.disk, this.diskHost(), is_dead),
      now: () => this.now,
      wait: (ms: number) => survive(scheduler.wait(ms)),
      send: (events: readonly Event[]) => leaving(() => world.send(this, events)),
      waitUntil: (work: Promise<unknown>) => {
        work.catch((error: unknown) => {
          if (!(error instanceof SimulatedFault)) world.unexpected(this, `behind an answer: ${String(error)}`);
        });
      },
      wallet: (wallet_id: string) => {
        const stub = world.wallet(this, wallet_id);
        const lease: WalletRpc["lease"] = (message) => leaving(() => stub.lease(message));
        const recall: WalletRpc["recall"] = (stop) => leaving(() => stub.recall(stop));
        return { lease, recall };
      },
      outbox_retain_ms: 0,
      drain_delay_ms: DRAIN_DELAY_MS,
    };
  }

  private diskHost(): DiskHost {
    return {
      dirty: () => this.markDirty(),
      wrote: (sql) => {
        if (this.booting) return;
        this.books.look(sql);
        this.world.wrote(this, sql);
      },
      transacted: (kept) => {
        if (this.booting) return;
        if (kept) this.world.transacted(this);
        else this.reload();
      },
      fails: () => !this.booting && this.roll("write").chance(this.world.profile().write_fails),
      gate: () => this.settle(),
    };
  }

  /** Everything written so far is on the disk, or this never comes. */
  private settle(): Promise<void> {
    return this.gate?.promise ?? Promise.resolve();
  }

  private markDirty(): void {
    if (this.gate !== null) return;
    const gate = Promise.withResolvers<void>();
    this.gate = gate;
    const roll = this.roll("disk");
    this.world.scheduler.at(this.world.scheduler.now + roll.whole(4), () => {
      if (this.gate !== gate) return;
      if (roll.chance(this.world.profile().disk_fails)) this.failDisk();
      else this.flush();
    });
  }

  private flush(): void {
    const { gate } = this;
    this.gate = null;
    // Whatever was written outside of a transaction is looked at here.
    this.world.transacted(this);
    this.disk.flush();
    gate?.resolve();
    this.armAlarm();
  }

  private loseWrites(): void {
    this.gate = null;
    this.disk.lose();
    this.reload();
    this.armAlarm();
  }

  private reload(): void {
    this.books.reload();
    this.world.reloaded(this);
  }

  private failDisk(): void {
    const { life } = this;
    this.life = null;
    if (life !== null) life.dead = true;
    this.loseWrites();
    life?.die("the disk failed");
    this.world.died(this);
  }

  private armAlarm(): void {
    const at = this.disk.alarm();
    if (at === this.alarm_set) return;
    this.alarm_set = at;
    if (at === null) return;
    const profile = this.world.profile();
    const roll = this.roll("alarm");
    const late_ms = roll.chance(profile.alarm_late) ? roll.whole(120_000) : roll.whole(3);
    const lost = roll.chance(profile.alarm_lost);
    const doubled = roll.chance(profile.alarm_doubled);
    this.world.scheduler.at(at - this.clock_offset_ms + late_ms, () => {
      if (this.alarm_set !== at || this.disk.alarm() !== at) return;
      this.alarm_set = null;
      this.disk.setAlarm(null);
      this.markDirty();
      if (lost) {
        this.lost_alarm = true;
        return;
      }
      this.ring(ALARM_RETRIES);
      if (doubled) this.world.scheduler.at(this.world.scheduler.now + roll.whole(5_000), () => this.ring(0));
    });
  }

  /** An alarm that sets itself to at once keeps a machine busy for ever. */
  private countRing(): void {
    const { now } = this.world.scheduler;
    this.rings = [...this.rings.filter((at) => at > now - RINGS_MS), now];
    if (this.rings.length > RINGS_MAX) this.world.spins(this, `the alarm rang ${RINGS_MAX} times in ${RINGS_MS} ms`);
  }

  private ring(retries: number): void {
    this.countRing();
    this.call((wallet) => wallet.alarm()).catch((error: unknown) => {
      if (!(error instanceof SimulatedFault)) this.world.unexpected(this, `in the alarm: ${String(error)}`);
      const { scheduler } = this.world;
      if (retries > 0) scheduler.at(scheduler.now + ALARM_RETRY_MS, () => this.ring(retries - 1));
      else this.lost_alarm = true;
    });
  }
}
