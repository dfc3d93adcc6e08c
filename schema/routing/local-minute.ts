import { DAYS } from "./conditions.ts";

/** A minute as a clock on the wall of a time zone has it. */
export interface LocalMinute {
  /** The place of the weekday in `DAYS`. */
  readonly day: number;
  /** `09:05`, from `00:00` to `23:59`. */
  readonly clock: string;
}

const MINUTE_MS = 60_000;
const NAMES: readonly string[] = DAYS;

/** More zones than there are names of them; what callers could still make up is not kept for ever. */
const ZONES_MAX = 1_000;
const ZONES = new Map<string, (at: number) => LocalMinute>();

/**
 * The wall clock of an IANA time zone: a function of milliseconds since the epoch. To ask the runtime takes some five
 * microseconds and a formatter of its own fifty, so all rules of a zone share one, and the minute that was asked last.
 */
export function wallClock(zone: string): (at: number) => LocalMinute {
  const known = ZONES.get(zone);
  if (known !== undefined) return known;
  if (ZONES.size >= ZONES_MAX) ZONES.clear();
  const made = newClock(zone);
  ZONES.set(zone, made);
  return made;
}

function newClock(zone: string): (at: number) => LocalMinute {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  let minute = Number.NaN;
  let local: LocalMinute = { day: 0, clock: "" };
  return (at) => {
    // Zones are whole minutes away from each other, and change at whole minutes.
    const asked = Math.floor(at / MINUTE_MS);
    if (asked !== minute) {
      const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
      local = {
        day: NAMES.indexOf(String(parts.weekday).slice(0, 3).toLowerCase()),
        clock: `${parts.hour}:${parts.minute}`,
      };
      minute = asked;
    }
    return local;
  };
}
