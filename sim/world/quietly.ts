const LEVELS = ["debug", "info", "warn", "error"] as const;

/** What a wallet logs when one of its own assertions or sums has failed, rather than something around it. */
const OUR_OWN = /wallet\.(alarm|drain)_failed/;

/**
 * Runs with the log turned off, as every fault would be a line, and with a list of what should not have happened:
 * rejections that nobody waited for, and failures in the log that the simulation did not make.
 */
export async function quietly<Result>(run: (problems: readonly string[]) => Promise<Result>): Promise<Result> {
  const problems: string[] = [];
  const loud = LEVELS.map((level) => [level, console[level]] as const);
  for (const level of LEVELS) {
    console[level] = (line: unknown) => {
      const text = String(line);
      if (OUR_OWN.test(text) && !EXPECTED.test(text)) problems.push(`in the log: ${text}`);
    };
  }
  const onRejection = (error: unknown): void => {
    problems.push(`nobody waited for: ${error instanceof Error ? error.stack : String(error)}`);
  };
  process.on("unhandledRejection", onRejection);
  try {
    return await run(problems);
  } finally {
    process.off("unhandledRejection", onRejection);
    for (const [level, write] of loud) console[level] = write;
  }
}

/** Failures that the simulation makes itself, as they read in the log. */
const EXPECTED = /the (call|answer) was lost|disk|this life|reset while|evicted|nobody called|queue/;
