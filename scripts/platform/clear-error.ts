/** A failure whose message is one sentence for the person at the terminal; it is printed without a stack. */
export class ClearError extends Error {
  override readonly name = "ClearError";
}

/**
 * Runs a command's main function. A clear error ends the process with its sentence and status 1; anything else is a bug
 * and is shown with its stack.
 */
export async function runMain(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof ClearError ? error.message : error);
    process.exitCode = 1;
  }
}

/** The `code` of a system error such as ENOENT, or undefined. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** An error's message in one line. */
export const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error));
