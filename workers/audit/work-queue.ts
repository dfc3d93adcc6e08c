/** One after the other, in the order of arrival, whether or not the one before failed. */
export class WorkQueue {
  private last: Promise<unknown> = Promise.resolve();
  private waiting = 0;

  /** How many have not finished yet. */
  get length(): number {
    return this.waiting;
  }

  run<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    this.waiting += 1;
    const done = this.last.then(work).finally(() => {
      this.waiting -= 1;
    });
    this.last = done.catch(() => undefined);
    return done;
  }
}
