import { MAX_RATE } from "../wire/rate-limits.ts";
import { integer, orNull } from "./field.ts";

/** The rate limits of a key or a wallet. `whose` says which requests they count. */
export const rateFields = (whose: string) => ({
  requests_per_minute: orNull(
    integer(
      `Requests a minute ${whose}: so many at once after a pause, refilled continuously. Without a number there is no limit; 0 refuses everything.`,
      0,
      MAX_RATE,
    ),
  ),
  tokens_per_minute: orNull(
    integer(
      `Tokens a minute ${whose}, prompts and answers together. Without a number there is no limit; 0 refuses everything.`,
      0,
      MAX_RATE,
    ),
  ),
  concurrent_requests: orNull(
    integer(
      `Requests that may run at a time ${whose}. Without a number there is no limit; 0 refuses everything.`,
      0,
      MAX_RATE,
    ),
  ),
});

/** Their names, for the lists of what may be set. */
export const RATE_FIELDS = ["requests_per_minute", "tokens_per_minute", "concurrent_requests"] as const;
