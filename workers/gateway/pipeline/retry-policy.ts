import { type Refused, refuse } from "../../../schema/kernel/errors.ts";
import type { OrgSnapshot } from "../stores/org-snapshot.ts";
import type { RetryPolicy } from "./attempt-turns.ts";

/** Where an org sets nothing: two more calls take most failures that pass, and after half a minute people have left. */
const DEFAULT_RETRIES: RetryPolicy = { retries: 2, deadline_ms: 30_000 };

const RETRIES_MAX = 10;

/** An org's own figures, and the usual ones where it has none. */
export const retryPolicy = (set: OrgSnapshot["retries"]): RetryPolicy => ({
  retries: set?.retries ?? DEFAULT_RETRIES.retries,
  deadline_ms: set?.deadline_ms ?? DEFAULT_RETRIES.deadline_ms,
});

/** The org's policy, of which the header `x-ao-retries` takes away: 0 is no retry. */
export function readRetries(headers: Headers, policy: RetryPolicy): { readonly policy: RetryPolicy } | Refused {
  const value = headers.get("x-ao-retries")?.trim();
  if (value === undefined) return { policy };
  const asked = /^\d{1,2}$/.test(value) ? Number(value) : Number.NaN;
  if (asked <= RETRIES_MAX) return { policy: { ...policy, retries: Math.min(asked, policy.retries) } };
  return refuse("invalid_request", {
    message: `The header x-ao-retries must be a whole number from 0 to ${RETRIES_MAX}.`,
    param: "x-ao-retries",
  });
}
