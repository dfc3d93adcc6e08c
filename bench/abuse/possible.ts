interface Entry {
  readonly at: number;
  readonly amount: number;
}

/** A sum that moves, and how high it was within a time. */
export class Possible {
  readonly #entries: Entry[] = [{ at: Number.NEGATIVE_INFINITY, amount: 0 }];

  add(more: number, at: number): void {
    this.#entries.push({ at, amount: this.#last.amount + more });
  }

  /** The highest that it was from then until now. */
  mostSince(from: number): number {
    let most = Number.NEGATIVE_INFINITY;
    for (let index = this.#entries.length - 1; index >= 0; index -= 1) {
      const entry = this.#entries[index] ?? this.#last;
      most = Math.max(most, entry.amount);
      // What it was at that moment counts too.
      if (entry.at <= from) break;
    }
    return most;
  }

  get #last(): Entry {
    return this.#entries.at(-1) ?? { at: Number.NEGATIVE_INFINITY, amount: 0 };
  }
}
