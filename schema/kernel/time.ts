/** Times are milliseconds since the epoch inside, RFC 3339 in UTC outside. */
export const formatTime = (at: number): string => new Date(at).toISOString();

/** The same for a moment that may not exist. */
export const formatTimeOrNull = (at: number | null): string | null => (at === null ? null : formatTime(at));
