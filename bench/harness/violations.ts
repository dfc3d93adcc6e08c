/** How many violations are kept word by word: one bug often shows a thousand times. */
const KEPT = 50;

/** What was not as promised. */
export class Violations {
  readonly #kept: string[] = [];
  #count = 0;

  add(sentence: string): void {
    this.#count += 1;
    if (this.#kept.length < KEPT) this.#kept.push(sentence);
  }

  expect(kept: boolean, sentence: () => string): void {
    if (!kept) this.add(sentence());
  }

  get list(): readonly string[] {
    return this.#count > KEPT ? [...this.#kept, `and ${this.#count - KEPT} more`] : this.#kept;
  }
}
