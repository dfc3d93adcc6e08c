/** So much of a long text is shown until all of it is asked for. */
const CHARS = 1_600;
const LINES = 24;

/** The beginning of a text that is too long to be shown at once; null where all of it is. No sign is cut in two. */
export function beginningOf(text: string): string | null {
  let end = Math.min(text.length, CHARS);
  let line = 0;
  for (let at = text.indexOf("\n"); at !== -1 && at < end; at = text.indexOf("\n", at + 1)) {
    line += 1;
    if (line === LINES) end = at;
  }
  if (end === text.length) return null;
  const pair = text.codePointAt(end - 1) ?? 0;
  return text.slice(0, pair > 0xffff ? end - 1 : end);
}
