import { table } from "../report/table.ts";

/** How often each thing was done or seen. */
export class Counts {
  readonly #counts = new Map<string, number>();

  add(what: string, more = 1): void {
    this.#counts.set(what, this.of(what) + more);
  }

  of(what: string): number {
    return this.#counts.get(what) ?? 0;
  }

  get all(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => a.localeCompare(b)));
  }

  /** Two columns. */
  toString(): string {
    const rows = Object.entries(this.all).map(([what, count]) => [what, count.toLocaleString("en")]);
    return table(["what", "count"], rows);
  }
}
