/** Shows what a command is doing: one line per step with its outcome and how long it took. */
export type Step = <Result>(title: string, work: () => Promise<Result>) => Promise<Result>;

export const step: Step = async (title, work) => {
  const terminal = process.stdout.isTTY;
  if (terminal) process.stdout.write(`… ${title}`);
  const begun = performance.now();
  const end = (mark: string) => {
    const took = `${((performance.now() - begun) / 1000).toFixed(1)} s`;
    // On a terminal the line that said it was under way is replaced.
    process.stdout.write(`${terminal ? "\r\u001b[2K" : ""}${mark} ${title} (${took})\n`);
  };
  try {
    const result = await work();
    end("✓");
    return result;
  } catch (error) {
    end("✗");
    throw error;
  }
};
