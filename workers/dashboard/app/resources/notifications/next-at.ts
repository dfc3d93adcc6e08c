const HOUR_MS = 3_600_000;
/** The longest that a day is, with one hour that is there twice, and one that is skipped before it. */
const HOURS_MAX = 50;

/** The next moment at which it is this hour of the day in a zone, in milliseconds; null for a zone that is none. */
export function nextAt(hour: number, time_zone: string, now_ms: number): number | null {
  let clock: Intl.DateTimeFormat;
  try {
    clock = new Intl.DateTimeFormat("en-GB", {
      hour: "numeric",
      minute: "numeric",
      hourCycle: "h23",
      timeZone: time_zone,
    });
  } catch {
    return null;
  }
  // Zones are whole quarters of an hour apart.
  const quarter = HOUR_MS / 4;
  const first = Math.ceil((now_ms + 1) / quarter) * quarter;
  for (let at = first; at < first + HOURS_MAX * HOUR_MS; at += quarter) {
    const parts = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, value]));
    if (Number(parts.hour) === hour && Number(parts.minute) === 0) return at;
  }
  return null;
}
