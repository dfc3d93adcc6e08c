interface Due {
  readonly at: number;
  readonly order: number;
  run(): void;
}

/** What nothing may need: that many things in one second mean that something spins. */
const SPIN_MAX = 20_000;
const SPIN_MS = 1_000;

/**
 * Virtual time. Everything that is not done at once waits here, and happens in the order of its time; what falls on the
 * same moment, in the order in which it was put there. Between two happenings all promises that can settle do.
 */
export class Scheduler {
  now: number;
  private readonly heap: Due[] = [];
  private order = 0;

  constructor(now: number) {
    this.now = now;
  }

  at(time: number, run: () => void): void {
    const due: Due = { at: Math.max(this.now, time), order: this.order++, run };
    this.heap.push(due);
    this.rise(this.heap.length - 1);
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.at(this.now + ms, resolve));
  }

  /** Lets time pass. Ends early when `stop` says so. */
  async runUntil(time: number, stop: () => boolean): Promise<void> {
    let since = this.now;
    let spins = 0;
    for (let next = this.heap[0]; next !== undefined && next.at <= time && !stop(); next = this.heap[0]) {
      this.take();
      spins = next.at < since + SPIN_MS ? spins + 1 : 0;
      if (spins === 0) since = next.at;
      if (spins > SPIN_MAX) throw new Error("something repeats itself without waiting");
      this.now = next.at;
      next.run();
      await settled();
    }
    if (!stop()) this.now = Math.max(this.now, time);
  }

  private take(): void {
    const last = this.heap.pop();
    if (last === undefined || this.heap.length === 0) return;
    this.heap[0] = last;
    this.sink();
  }

  private rise(from: number): void {
    let index = from;
    while (index > 0) {
      const above = (index - 1) >> 1;
      if (!this.before(index, above)) return;
      this.swap(index, above);
      index = above;
    }
  }

  private sink(): void {
    let index = 0;
    for (;;) {
      let least = index;
      for (const below of [2 * index + 1, 2 * index + 2]) {
        if (below < this.heap.length && this.before(below, least)) least = below;
      }
      if (least === index) return;
      this.swap(index, least);
      index = least;
    }
  }

  private before(a: number, b: number): boolean {
    const [left, right] = [this.heap[a], this.heap[b]];
    if (left === undefined || right === undefined) return false;
    return left.at < right.at || (left.at === right.at && left.order < right.order);
  }

  private swap(a: number, b: number): void {
    const [left, right] = [this.heap[a], this.heap[b]];
    if (left === undefined || right === undefined) return;
    this.heap[a] = right;
    this.heap[b] = left;
  }
}

/** Resolves after every promise that can settle now has done so. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
