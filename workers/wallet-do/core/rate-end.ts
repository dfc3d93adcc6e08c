import { inputTokens, outputTokens, type Usage } from "../../../schema/canonical/usage.ts";
import type { RateEnd } from "../../../schema/wire/rate-limits.ts";
import type { Change } from "./change.ts";
import { type RateMark, standingOf, WALLET_SCOPE } from "./rate-book.ts";
import { type Bucket, owed, PARTS } from "./rate-bucket.ts";
import type { State } from "./state.ts";

/** Tokens of both sides, whatever they cost: what limits on tokens count. */
export const tokensOf = (usage: Usage): number => inputTokens(usage) + outputTokens(usage);

/** A request that has ended, and what it had taken of rate limits; null is nothing. */
export interface Ending {
  readonly mark: RateMark | null;
  readonly end: RateEnd;
}

/**
 * What the end of requests does to rate limits: what they have used takes the place of what they had reserved, and the
 * wallet above is told. Comes beside the changes that end their holds or passes, once for all of a decision. An admitted
 * request counts as one, however it ended; only what was not admitted after all (`unused`) is given back.
 */
export function endOfRates(state: State, endings: readonly Ending[], now: number): readonly Change[] {
  const buckets = new Map<string, Bucket>();
  const bucketOf = (scope: string): Bucket => buckets.get(scope) ?? standingOf(state.rates, scope, null, now).bucket;
  const told: Change[] = [];
  for (const { mark, end } of endings) {
    if (mark === null) continue;
    for (const [scope, reserved] of Object.entries(mark.tokens)) {
      const bucket = bucketOf(scope);
      if (bucket.tokens_per_minute === null) continue;
      const tokens = tokensOwed(mark.seq <= bucket.posted_seq, reserved, end);
      buckets.set(scope, { ...bucket, tokens_debt_parts: owed(bucket.tokens_debt_parts, tokens) });
    }
    if (end.unused) {
      const bucket = bucketOf(WALLET_SCOPE);
      buckets.set(WALLET_SCOPE, { ...bucket, requests_debt_parts: withoutRequest(bucket, mark, now) });
    }
    if (mark.above !== null) told.push({ kind: "rate_ended", above: mark.above, end });
  }
  return [...[...buckets.values()].map((bucket): Change => ({ kind: "bucket", bucket })), ...told];
}

/** What is to be added to the debt. A reservation that is in it already can only grow: time has drained it since. */
function tokensOwed(is_posted: boolean, reserved: number, { tokens_used, unused }: RateEnd): number {
  const used = unused ? 0 : (tokens_used ?? reserved);
  return is_posted ? Math.max(0, used - reserved) : used;
}

/** Gives one request back, less what has been drained since: all of it would let more pass than the limit. */
function withoutRequest({ requests_per_minute, requests_debt_parts }: Bucket, mark: RateMark, now: number): number {
  if (requests_per_minute === null || now < mark.at) return requests_debt_parts;
  const given_parts = Math.max(0, PARTS - (now - mark.at) * requests_per_minute);
  return Math.max(0, requests_debt_parts - given_parts);
}
