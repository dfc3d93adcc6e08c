/**
 * How long a provider asks us to wait, in milliseconds, rounded up; null when it does not say or cannot be understood.
 * `retry-after-ms` goes before `retry-after`, which may be seconds (also fractions) or an HTTP date. A date is counted
 * from `now` (milliseconds since the epoch); without it from the answer's own `date` header, so that a clock that is
 * wrong on one side does no harm. A moment in the past is 0.
 * Source: RFC 9110, section 10.2.3; `retry-after-ms` as OpenAI and Azure send it.
 */
export function parseRetryAfter(headers: Headers, now?: number): number | null {
  const milliseconds = decimal(headers.get("retry-after-ms"));
  if (milliseconds !== null) return Math.ceil(milliseconds);
  const text = headers.get("retry-after")?.trim() ?? "";
  const seconds = decimal(text);
  if (seconds !== null) return Math.ceil(seconds * 1000);
  return untilDate(text, now ?? httpDate(headers.get("date")));
}

/** Only plain decimals: `Number` alone would also take "", "0x10" and "1e400". */
function decimal(text: string | null): number | null {
  const trimmed = text?.trim() ?? "";
  if (!/^\d{1,12}(\.\d{1,9})?$/.test(trimmed)) return null;
  return Number(trimmed);
}

function untilDate(text: string, now: number | null): number | null {
  const at = httpDate(text);
  return at === null || now === null ? null : Math.max(0, at - now);
}

/** Only what begins as an HTTP date does: `Date.parse` alone reads "-5" as a year. */
function httpDate(text: string | null): number | null {
  if (text === null || !/^[A-Za-z]{3,9},? /.test(text.trim())) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : at;
}
