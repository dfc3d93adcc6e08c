/** What a run's time goes into, by phase: a run that is cut short has said how far it came. */
export class Phases {
  readonly #seconds: Record<string, number> = {};

  /** Does `work` as the phase `name`, and prints how long it took. A name that comes again adds to what it had. */
  async during<Value>(name: string, work: () => Promise<Value>): Promise<Value> {
    const from = performance.now();
    try {
      return await work();
    } finally {
      const seconds = (performance.now() - from) / 1000;
      this.#seconds[name] = (this.#seconds[name] ?? 0) + seconds;
      console.log(`${name}: ${seconds.toFixed(1)} s`);
    }
  }

  /** Seconds by phase. */
  get seconds(): Readonly<Record<string, number>> {
    return this.#seconds;
  }
}
