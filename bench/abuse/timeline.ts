interface Entry {
  readonly at: number;
  readonly value: number;
}

/** A number that changes, and what it was within a time. */
export class Timeline {
  readonly #entries: Entry[];

  constructor(first: number) {
    this.#entries = [{ at: Number.NEGATIVE_INFINITY, value: first }];
  }

  get value(): number {
    return this.#entries.at(-1)?.value ?? 0;
  }

  set(value: number, at: number): void {
    this.#entries.push({ at, value });
  }

  mostSince(from: number): number {
    return Math.max(...this.#since(from));
  }

  leastSince(from: number): number {
    return Math.min(...this.#since(from));
  }

  /** What it was at that moment and every value after it. */
  #since(from: number): readonly number[] {
    const index = this.#entries.findLastIndex(({ at }) => at <= from);
    return this.#entries.slice(Math.max(0, index)).map(({ value }) => value);
  }
}
