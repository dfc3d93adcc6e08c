import { log } from "../../../schema/kernel/log.ts";

/**
 * What may be said of a failure of the identity store. The query builder puts bound values into its messages, among them
 * password hashes and session tokens, so only the innermost cause is named, and quoted only when it is D1's own text.
 */
export function describeFailure(error: unknown): string {
  let cause = error;
  while (cause instanceof Error && cause.cause !== undefined) cause = cause.cause;
  if (!(cause instanceof Error)) return typeof cause;
  return /^D1_\w*ERROR/.test(cause.message) ? cause.message : cause.name;
}

/** A failure of the store that an answer `unavailable` rests on. */
export function logStoreFailure(doing: string, request_id: string, error: unknown): void {
  log("error", "identity_store_failed", { request_id, doing, reason: describeFailure(error) });
}

/** What Better Auth reports of itself: the errors among its details, without their values. */
export function logAuthFailure(details: readonly unknown[]): void {
  const errors = details.filter((detail) => detail instanceof Error);
  log("error", "better_auth_failed", { reason: errors.map(describeFailure).join("; ") });
}
