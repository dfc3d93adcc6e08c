/**
 * Does one step of a command and shows it: a line with its outcome and how long it took. A step fails when it throws, or
 * when `succeeded` says so of its result.
 */
export async function step<Result>(
  title: string,
  work: () => Promise<Result>,
  succeeded: (result: Result) => boolean = () => true,
): Promise<Result> {
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
    end(succeeded(result) ? "✓" : "✗");
    return result;
  } catch (error) {
    end("✗");
    throw error;
  }
}
