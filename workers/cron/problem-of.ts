/** What went wrong, as text for a log line or a reason: the message of an error, or whatever was thrown. */
export const problemOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
