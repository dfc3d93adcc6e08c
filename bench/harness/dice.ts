import { randomFrom } from "../../scripts/harness/random.ts";

/** Random choices from a seed, so that a run can choose the same again. */
export class Dice {
  /** In [0, 1). */
  readonly random: () => number;

  constructor(seed: number) {
    this.random = randomFrom(seed);
  }

  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number {
    return least + Math.floor(this.random() * (most - least + 1));
  }

  chance(probability: number): boolean {
    return this.random() < probability;
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.random() * items.length)];
    if (item === undefined) throw new Error("nothing to pick from");
    return item;
  }

  /** One of the rows, as often as its weight says. */
  weighted<Row extends { readonly weight: number }>(rows: readonly Row[]): Row {
    const total = rows.reduce((sum, { weight }) => sum + weight, 0);
    let rest = this.random() * total;
    for (const row of rows) {
      rest -= row.weight;
      if (rest < 0) return row;
    }
    return this.pick(rows);
  }

  /** In place. */
  shuffle(numbers: Uint32Array): void {
    for (let last = numbers.length - 1; last > 0; last -= 1) {
      const other = this.between(0, last);
      const kept = numbers[last] ?? 0;
      numbers[last] = numbers[other] ?? 0;
      numbers[other] = kept;
    }
  }
}
