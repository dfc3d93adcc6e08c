/** Resolves after so long. */
export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Asks again until the answer passes or the time is up, and answers the last one. */
export async function until<Value>(
  ask: () => Promise<Value>,
  passes: (value: Value) => boolean,
  within_ms: number,
  gap_ms = 250,
): Promise<Value> {
  const deadline = performance.now() + within_ms;
  for (;;) {
    const value = await ask();
    if (passes(value) || performance.now() > deadline) return value;
    await pause(gap_ms);
  }
}

/** Works off numbers from 0 to `count`, so many at a time. */
export async function inLanes(count: number, lanes: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      await work(index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, count) }, lane));
}
