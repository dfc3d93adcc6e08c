import { type Refused, refuse } from "../../../schema/kernel/errors.ts";
import type { RateKind, RateRefusal } from "../../../schema/wire/rate-limits.ts";

const UNITS: Readonly<Record<RateKind, string>> = {
  requests: "requests a minute",
  tokens: "tokens a minute",
  concurrent: "requests at a time",
};

/**
 * 429 of a rate limit, naming whose it is and which. What will never be admitted, because the limit is smaller than the
 * request, has no `retry-after` and tells the official SDKs not to repeat it.
 */
export function refuseRate(answer: RateRefusal): Refused {
  const { scope, limit, allowed, requested, retry_after_ms } = answer;
  const whose = `${scope.type === "key" ? "API key" : "wallet"} ${scope.id}`;
  const details = { scope: scope.type, scope_id: scope.id, limit, allowed, requested };
  if (retry_after_ms === null) {
    return refuse("rate_limited", { message: never(answer, whose), details, retry: "never" });
  }
  const message = `The ${whose} is limited to ${allowed} ${UNITS[limit]}, and that is used up. Try again in ${inSeconds(retry_after_ms)}.`;
  return refuse("rate_limited", { message, details, retry_after_ms });
}

function never({ limit, allowed, requested }: RateRefusal, whose: string): string {
  if (allowed === 0) {
    return `The ${whose} is limited to 0 ${UNITS[limit]}, which refuses everything. Ask an administrator to raise it.`;
  }
  return `This request could use ${requested} tokens, and the ${whose} is limited to ${allowed} ${UNITS[limit]}. Lower \`max_tokens\` or shorten the prompt.`;
}

const inSeconds = (ms: number): string => `${Math.max(1, Math.ceil(ms / 1_000))} s`;
