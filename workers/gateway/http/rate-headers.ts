import type { Quota, RateStanding } from "../../../schema/wire/rate-limits.ts";

/**
 * The caller's rate limits as OpenAI's headers have them, so that its clients read them. Nothing for a limit that is not
 * set. Source: https://platform.openai.com/docs/guides/rate-limits
 */
export function rateHeaders(standing: RateStanding | undefined): Readonly<Record<string, string>> {
  return { ...headersOf("requests", standing?.requests), ...headersOf("tokens", standing?.tokens) };
}

const headersOf = (kind: "requests" | "tokens", quota: Quota | null | undefined): Readonly<Record<string, string>> =>
  quota === null || quota === undefined
    ? {}
    : {
        [`x-ratelimit-limit-${kind}`]: String(quota.limit),
        [`x-ratelimit-remaining-${kind}`]: String(quota.remaining),
        [`x-ratelimit-reset-${kind}`]: duration(quota.reset_ms),
      };

/** As OpenAI writes it: `0s`, `17ms`, `8.64s`, `6m0s`, `1h0m30s`. */
export function duration(ms: number): string {
  if (ms > 0 && ms < 1_000) return `${Math.ceil(ms)}ms`;
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor(ms / 60_000) % 60;
  const seconds = `${(ms % 60_000) / 1_000}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}
